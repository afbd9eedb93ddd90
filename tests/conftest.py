"""What the tests share."""

import os
from pathlib import Path

# Read when torch, numba and numpy load: the tests share their machine, and a thread that spins takes its core.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Without it, scikit-learn leaves some of its checks of an estimator out.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import hypothesis  # noqa: E402
import pytest  # noqa: E402

hypothesis.settings.register_profile("ner", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ner")

#: Folders whose tests come first: those that compile what copies of the project take over, then the long ones.
FIRST = ("training", "decoding", "workflow", "figures")


def pytest_collection_modifyitems(items):
    """Tests that wait for SLURM start at once, and long ones early, so that no worker is left with one at the end."""

    def place(item):
        folder = item.path.parent.name
        return item.get_closest_marker("slurm") is None, FIRST.index(folder) if folder in FIRST else len(FIRST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """A copy, whole or partial, of the upstream repository."""
    place = os.environ.get("NER_MIRROR")
    if not place:
        pytest.skip("NER_MIRROR, a copy of the upstream repository, is not set")
    path = Path(place)
    if not path.is_dir():
        pytest.fail(f"NER_MIRROR: found {place}; expected a folder")
    return path
