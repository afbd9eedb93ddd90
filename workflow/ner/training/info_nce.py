"""The loss of CEBRA."""

from torch import Tensor


def info_nce(embeddings: Tensor, temperature: float = 1.0) -> Tensor:
    """InfoNCE loss of references, their positives, and negatives shared by all references.

    Args:
        embeddings: (3N, d): N references, their N positives, N negatives; rows of unit length.
        temperature: divides the similarities.

    Returns:
        Scalar: -mean(z_r . z_p) + mean(logsumexp_j(z_r . z_nj)), similarities over temperature.

    References:
        Schneider et al., CEBRA, Nature 2023: `FixedCosineInfoNCE` of the cebra package.
    """
    references, positives, negatives = embeddings.chunk(3)
    references = references / temperature
    alignment = (references * positives).sum(dim=1).mean()
    return (references @ negatives.T).logsumexp(dim=1).mean() - alignment
