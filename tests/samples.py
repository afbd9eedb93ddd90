"""Recordings that tests of methods share: simulated ones, and those of a copy of the upstream repository."""

from pathlib import Path

import numpy as np

from ner.data.embeddings import Embedding
from ner.data.preprocessing import make_recording
from ner.data.recordings import Recording

#: The paper's decoders within recordings.
LINEAR = {"module": "linear", "max_iter": 5000}
KNN = {"module": "knn"}
#: Session to its file and areas: those that the partial copy of the upstream repository has.
MIRRORED = {
    **{f"chewie-{day}": ("SU_16M1/Chewie", day, ["M1"], 40) for day in ("20150629", "20150630")},
    **{f"chewie-{day}": ("SU_16M1/Chewie", day, ["M1", "PMd"], 40) for day in ("20160929", "20161007")},
    **{
        f"mihili-2014{day}": ("SU_16M1/Mihili", f"2014{day}", ["M1", "PMd"], 40)
        for day in ("0217", "0218", "0303", "0304", "0306", "0307")
    },
    **{f"han-201712{day}": ("SU_3S1/Han", f"201712{day}", ["S1"], 35) for day in ("01", "04", "07")},
}


def simulated_recording(trials: int = 40, bins: int = 12, neurons: int = 9, seed: int = 0) -> Recording:
    """Counts that follow reaches to 8 directions, with noise."""
    random = np.random.default_rng(seed)
    direction = np.repeat(np.arange(trials) % 8 * 45, bins)
    phase = np.tile(np.linspace(0, np.pi, bins), trials)
    angle = np.deg2rad(direction)
    velocity = 20 * np.sin(phase)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    velocity += random.normal(0, 1, velocity.shape)
    preferred = random.normal(size=(2, neurons))
    plan = np.column_stack([np.cos(angle), np.sin(angle)]) @ random.normal(size=(2, neurons))
    rates = random.poisson(np.exp(velocity @ preferred / 20 + 0.5 * plan)).astype(float)
    trial = np.repeat(np.arange(trials), bins)
    return Recording(
        name=f"simulated-{seed}-m1",
        rates=rates,
        velocity=velocity,
        direction=direction,
        trial=trial,
        bin=np.tile(np.arange(bins), trials),
        train=trial < int(0.8 * trials),
    )


def mirrored_recording(mirror: Path, session: str, area: str) -> Recording:
    """A recording of the copy of the upstream repository."""
    place, day, _, bins = MIRRORED[session]
    path = mirror / f"data/{place}_{day}_neural_con_dis_index.mat"
    name = f"{session}-{area.lower()}"
    return make_recording(path, name, format="smoothed", area=area, bins=bins, train_fraction=0.8)


def simulated_embedding(seed, trials=40, dimensions=3, noise=0.2, bins=8):
    """Reaches to 8 directions, on a sphere, seen through axes of the seed's own."""
    random = np.random.default_rng(seed)
    direction = np.repeat(np.arange(trials) % 8 * 45, bins)
    speed = np.tile(20 * np.sin(np.linspace(0.3, np.pi, bins)), trials)
    angle = np.deg2rad(direction)
    velocity = speed[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    latent = np.column_stack([velocity / 10, np.full(len(velocity), 1.0), np.zeros((len(velocity), dimensions - 3))])
    latent = latent @ np.linalg.qr(random.normal(size=(dimensions, dimensions)))[0]
    latent += noise * random.normal(size=latent.shape)
    trial = np.repeat(np.arange(trials), bins)
    return Embedding(
        coordinates=latent / np.linalg.norm(latent, axis=1, keepdims=True),
        velocity=velocity + random.normal(size=velocity.shape),
        direction=direction,
        trial=trial,
        bin=np.tile(np.arange(bins), trials),
        train=trial < int(0.8 * trials),
        metadata={"recording": f"simulated-{seed}"},
    )
