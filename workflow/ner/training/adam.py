"""Adam without torch's class of it, whose first use loads torch's compiler: a second of every training."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from torch.optim.adam import adam


class Adam:
    """Adam of all parameters by torch's own fused step, bit for bit what `torch.optim.Adam(fused=True)` does.

    Args:
        parameters: float32, changed in place by every step; each has a gradient whenever a step is taken.
        learning_rate: step size.
        eps: what is added to the root of the squared average.

    References:
        Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015; torch.optim.adam.adam.
    """

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float, eps: float = 1e-8):
        self._parameters = list(parameters)
        self._learning_rate = learning_rate
        self._eps = eps
        # By the names that torch.optim gives them.
        self._state = {
            "exp_avgs": [torch.zeros_like(parameter) for parameter in self._parameters],
            "exp_avg_sqs": [torch.zeros_like(parameter) for parameter in self._parameters],
            "state_steps": [torch.zeros((), device=parameter.device) for parameter in self._parameters],
        }

    def step(self) -> None:
        """Change the parameters by their gradients."""
        with torch.no_grad():
            adam(
                self._parameters,
                [parameter.grad for parameter in self._parameters],
                max_exp_avg_sqs=[],
                **self._state,
                fused=True,
                amsgrad=False,
                beta1=0.9,
                beta2=0.999,
                lr=self._learning_rate,
                weight_decay=0.0,
                eps=self._eps,
                maximize=False,
            )

    def state(self) -> dict[str, list[Tensor]]:
        """What `restore` needs to go on from here; the tensors are not copied."""
        return dict(self._state)

    def fits(self, state: object) -> bool:
        """Whether a state is of one for parameters of the same shapes."""
        return isinstance(state, Mapping) and all(
            [tensor.shape for tensor in state.get(name, ())] == [tensor.shape for tensor in own]
            for name, own in self._state.items()
        )

    def restore(self, state: Mapping[str, list[Tensor]]) -> None:
        """Go on from the state of another one for parameters of the same shapes.

        Raises:
            KeyError, ValueError, RuntimeError: if it is no such state; see `fits` for one that may be another's.
        """
        for name, own in self._state.items():
            for tensor, kept in zip(own, state[name], strict=True):
                tensor.copy_(kept)
