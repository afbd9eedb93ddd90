"""Whether spikes and movements are of the same moments."""

from collections.abc import Iterator

import numpy as np

from ner.data.checks.kept import Trials

#: Seconds by which the rates are moved against the movements, to either side, and in steps of.
_REACH, _STEP = 0.6, 0.06
#: Seconds that rates go before the movement where cortex drives it or feels it; the paper's recordings: 0 to 0.3.
_USUAL = (-0.15, 0.45)
#: R2 of the velocity by which another delay must explain more.
_MORE = 0.05


def apart_in_time(trials: Trials) -> Iterator[str]:
    """Rates that go with the movement of another moment, as of files that start at different times: a sentence.

    The velocity is explained from the rates of one bin by least squares, the rates being moved against it.
    """
    bin_seconds, count = trials.bin_seconds, sum(map(len, trials.rates))
    neurons = trials.rates[0].shape[1]
    if trials.continuous or count < 20 * neurons:
        return
    step = max(1, round(_STEP / bin_seconds))
    most = round(_REACH / bin_seconds) // step * step
    explained = {
        delay * bin_seconds: value
        for delay in range(-most, most + 1, step)
        if (value := _explained(trials, delay)) is not None
    }
    usual = [value for delay, value in explained.items() if _USUAL[0] <= delay <= _USUAL[1]]
    if not usual or max(explained.values()) <= max(usual) + _MORE:
        return
    best = max(explained, key=explained.__getitem__)
    yield (
        f"the rates go best with the movement {1000 * abs(best):.0f} ms {'later' if best > 0 else 'earlier'} (R2 of "
        f"the velocity {explained[best]:.2f}, about the same time {max(usual):.2f}): do spikes and velocities begin "
        "at the same time?"
    )


def _explained(trials: Trials, delay: int) -> float | None:
    """R2 of the velocity from the rates so many bins before; None where trials are too short."""
    pairs = [
        (rates[: len(rates) - delay], velocity[delay:]) if delay >= 0 else (rates[-delay:], velocity[:delay])
        for rates, velocity in zip(trials.rates, trials.velocity, strict=True)
        if len(rates) > 2 * abs(delay)
    ]
    if not pairs:
        return None
    rates, velocity = (np.concatenate(values) for values in zip(*pairs, strict=True))
    rates, velocity = rates - rates.mean(axis=0), velocity - velocity.mean(axis=0)
    total = (velocity**2).sum()
    if not total:
        return None
    weights = np.linalg.lstsq(rates.T @ rates, rates.T @ velocity, rcond=1e-9)[0]
    return float(1 - ((velocity - rates @ weights) ** 2).sum() / total)
