"""Files against what was fetched or made."""

import pytest

from ner.storage.errors import InputError
from ner.storage.integrity import Ledger


@pytest.fixture
def files(tmp_path):
    """A file of unknown hash, one that a job made, and one that was fetched."""
    for name in ("unknown", "made", "fetched"):
        (tmp_path / name).write_text(name)
    # As `git hash-object` gives it.
    ledger = Ledger(tmp_path, {"fetched": "3e6c7ca48e4a2c2dd9a8bf3e9ee7a3a3a63c1d2e"})
    ledger.record([tmp_path / "made"], {"seed": 0})
    return ledger, tmp_path


def test_files_behind_one_of_unknown_hash_are_checked_too(files):
    ledger, place = files
    assert set(ledger.check([place / "unknown", place / "made"])) == {"made"}
    (place / "made").write_text("Made")
    with pytest.raises(InputError, match="made: found a content .*what the job that made it left; delete it"):
        ledger.check([place / "unknown", place / "made"])


def test_what_was_fetched_is_held_against_the_manifest(files):
    ledger, place = files
    with pytest.raises(InputError, match="the authors' file; delete it and run snakemake again to fetch it again"):
        ledger.check([place / "unknown", place / "fetched"])
