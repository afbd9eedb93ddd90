"""The user's own raw files: found, and recognized by their content."""

import os
import shutil

import pytest

from ner.storage.checksums import blob_sha1
from ner.storage.errors import InputError
from planning import raw_files
from planning.raw_files import ContentHashes, check_own_files, own_file


def entry(file, form="trial_data"):
    return {"format": form, "file": str(file), "session": "mine"}


def test_a_file_is_looked_for_and_home_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.mat").write_text("a")
    assert own_file(entry("~/a.mat")) == str(tmp_path / "a.mat")
    check_own_files({"mine-m1": entry("~/a.mat"), "theirs": entry("data/x.mat", "smoothed")})
    with pytest.raises(InputError, match=r"^config sessions.mine.file: found '~/b.mat', no such file; expected a file"):
        check_own_files({"mine-m1": entry("~/b.mat")})
    with pytest.raises(InputError, match="which is no file"):
        check_own_files({"mine-m1": entry(tmp_path)})


@pytest.fixture
def counted(monkeypatch):
    """Files that were read."""
    read = []
    monkeypatch.setattr(raw_files, "blob_sha1", lambda path: read.append(path) or blob_sha1(path))
    return read


def test_a_file_is_read_once(tmp_path, counted):
    raw = tmp_path / "a.mat"
    raw.write_text("a")
    cache = tmp_path / "cache.json"
    assert ContentHashes(cache)(raw) == ContentHashes(cache)(raw) == blob_sha1(raw)
    assert len(counted) == 1
    cache.write_text("{")
    assert ContentHashes(cache)(raw) == blob_sha1(raw)


def overwrite(raw, other):
    raw.write_text(other.read_text())


def copy_with_its_time(raw, other):
    shutil.copy2(other, raw)


def move_there(raw, other):
    os.replace(other, raw)


def point_elsewhere(raw, other):
    raw.unlink()
    raw.symlink_to(other)


def overwrite_within_a_clock_tick(raw, other):
    times = raw.stat()
    raw.write_text(other.read_text())
    os.utime(raw, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize(
    "replace", [overwrite, copy_with_its_time, move_there, point_elsewhere, overwrite_within_a_clock_tick]
)
def test_another_file_has_another_hash_whatever_its_time(tmp_path, replace):
    raw, other, cache = tmp_path / "a.mat", tmp_path / "b.mat", tmp_path / "cache.json"
    raw.write_text("a")
    other.write_text("b")
    os.utime(other, (1, 1))
    before = ContentHashes(cache)(raw)
    replace(raw, other)
    assert ContentHashes(cache)(raw) == blob_sha1(raw) != before
