"""Files against what was fetched or made."""

import os
import shutil

import pytest

from ner.storage import integrity
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


def test_a_record_under_another_name_is_none_of_that_file(files):
    ledger, place = files
    for folder, name in ((place, "copy"), (place / ".checksums", "copy.json")):
        shutil.copy(folder / name.replace("copy", "made"), folder / name)
    assert ledger.made(place / "copy") is None
    assert ledger.made(place / "made").params == {"seed": 0}
    # Records of earlier versions do not say whose they are.
    entry = place / ".checksums" / "copy.json"
    entry.write_text(entry.read_text().replace('"place": "made"', '"place": ""'))
    assert ledger.made(place / "copy").params == {"seed": 0}


@pytest.mark.parametrize("time_kept", [False, True])
def test_a_file_that_was_edited_is_altered(files, monkeypatch, time_kept):
    ledger, place = files
    path = place / "made"
    assert not any(ledger.altered(place / name) for name in ("unknown", "made", "fetched"))
    times = path.stat()
    path.write_text("Made")
    if time_kept:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert ledger.altered(path)
    path.write_text("made")
    assert not ledger.altered(path)
    # Read once, and again only after the next change.
    monkeypatch.setattr(integrity, "blob_sha1", None)
    assert not ledger.altered(path)
    path.unlink()
    path.mkdir()
    assert ledger.altered(path)
