"""The archive's interface, as a local server speaks it: well, badly, and with bad intent."""

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from archive_server import ASSET, CONTENT, PATH, SHA256, serving

from ner.data.archives import fetch_asset, local_path
from ner.storage.errors import InputError


@pytest.fixture
def archive(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as server:
        yield server


def fetch(archive, target, **settings):
    settings = {"api": archive.api, "tries": 3, "timeout": 5, "wait": 0} | settings
    fetch_asset("000688", "0.250122.1735", PATH, target, **settings)


def test_a_file_and_how_it_is_asked_for(archive, tmp_path):
    fetch(archive, tmp_path / "a/file.nwb")
    assert (tmp_path / "a/file.nwb").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["file.nwb"]
    listing = urlsplit(archive.requests[0][0])
    assert listing.path == "/api/dandisets/000688/versions/0.250122.1735/assets/"
    assert parse_qs(listing.query) == {"path": [PATH]}
    assert archive.requests[1][0] == f"/api/assets/{ASSET}/"
    assert archive.requests[2][0] == f"/api/assets/{ASSET}/download/"


def test_an_asset_on_a_later_page(archive, tmp_path):
    def listing(path):
        page = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        base = f"{archive.api}/dandisets/000688/versions/0.250122.1735/assets/"
        other = {"asset_id": ASSET[::-1], "path": f"{PATH}{page}", "size": 5}
        return {"results": [archive.result if page == 3 else other], "next": f"{base}?page={page + 1}"}

    archive.listing = listing
    fetch(archive, tmp_path / "file.nwb")
    assert (tmp_path / "file.nwb").read_bytes() == CONTENT


@pytest.mark.parametrize("ranges_work", [True, False])
def test_a_download_goes_on_where_it_was_cut(archive, tmp_path, ranges_work):
    archive.cuts, archive.ranges_work = [100_000, 50_000], ranges_work
    fetch(archive, tmp_path / "file.nwb")
    assert (tmp_path / "file.nwb").read_bytes() == CONTENT
    asked = [wanted for path, wanted in archive.requests if path.endswith("/blob")]
    assert asked[:2] == [None, "bytes=100000-"]
    assert asked[2] == ("bytes=150000-" if ranges_work else "bytes=50000-")


def test_another_run_goes_on(archive, tmp_path):
    archive.cuts = [100_000]
    with pytest.raises(InputError, match="cut off after 100000 of 300000 bytes .tries: 1.*goes on where it was"):
        fetch(archive, tmp_path / "file.nwb", tries=1)
    assert not (tmp_path / "file.nwb").exists()
    fetch(archive, tmp_path / "file.nwb", tries=1)
    assert (tmp_path / "file.nwb").read_bytes() == CONTENT
    assert archive.requests[-1][1] == "bytes=100000-"


def test_another_version_of_the_file_begins_anew(archive, tmp_path):
    archive.cuts = [100_000]
    with pytest.raises(InputError):
        fetch(archive, tmp_path / "file.nwb", tries=1)
    archive.content = CONTENT[::-1]
    archive.asset = {"digest": {"dandi:sha2-256": hashlib.sha256(CONTENT[::-1]).hexdigest()}}
    fetch(archive, tmp_path / "file.nwb", tries=1)
    assert (tmp_path / "file.nwb").read_bytes() == CONTENT[::-1]


def page(**changes):
    return lambda archive: {"results": [{**archive.result, **changes}], "next": None}


def next_page(url):
    return lambda archive: {"results": [], "next": url.replace("API", archive.api)}


LISTINGS = {
    "no such path": (page(path=PATH.replace("CO", "RT")), "did you mean sub-C/sub-C_ses-RT"),
    "nothing": (lambda archive: {"results": [], "next": None}, "0 assets, none of them sub-C"),
    "an error": (lambda archive: {"detail": "Not found."}, r"an answer with \['detail'\]"),
    "a list": (lambda archive: [1, 2], "a JSON list"),
    "a web page": (lambda archive: b"<!DOCTYPE html>", "no JSON"),
    "half a text": (lambda archive: b'{"results": [', "no JSON"),
    "endless brackets": (lambda archive: b"[" * 100_000, "no JSON"),
    "no id": (page(asset_id=None), "asset_id None"),
    "an id with a path": (page(asset_id="../../etc"), "asset_id '../../etc'"),
    "no size": (page(size=None), "size None"),
    "results of texts": (lambda archive: {"results": ["a"], "next": None}, "expected results"),
    "the same page again": (next_page("API/dandisets/000688/x"), "a next page"),
    "a page of another server": (next_page("https://example.org/api"), "a next page 'https://example.org/api'"),
    "a page of this disk": (next_page("file:///etc/passwd"), "a next page 'file:///etc/passwd'"),
    "a page that is a number": (lambda archive: {"results": [], "next": 3}, "a next page 3"),
}


@pytest.mark.parametrize(("listing", "complaint"), LISTINGS.values(), ids=LISTINGS)
def test_wrong_listings(archive, tmp_path, listing, complaint):
    archive.listing = lambda path: listing(archive)
    refused(archive, tmp_path, complaint)


def test_endless_paging(archive, tmp_path):
    base = f"{archive.api}/dandisets/000688/versions/0.250122.1735/assets/"
    archive.listing = lambda path: {"results": [], "next": f"{base}?page={len(archive.requests) + 1}"}
    refused(archive, tmp_path, "after 50 pages.*50 at most")
    assert len(archive.requests) == 50


@pytest.mark.parametrize("digest", [None, {}, {"dandi:sha2-256": "abc"}, {"dandi:sha2-256": None}, "x"])
def test_no_digest(archive, tmp_path, digest):
    archive.asset = {"digest": digest}
    refused(archive, tmp_path, "expected a dandi:sha2-256")


def test_other_content(archive, tmp_path):
    archive.content = CONTENT[::-1]
    refused(archive, tmp_path, f"SHA-256 {SHA256}")


def test_more_content(archive, tmp_path):
    archive.content = CONTENT * 2
    refused(archive, tmp_path, "more than the 300000 bytes")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://example.org/x", "ftp://example.org/x"])
def test_redirects_that_are_not_secure(archive, tmp_path, location):
    archive.location = location
    refused(archive, tmp_path, r"data.archive.api: found .*expected an https address|is not allowed", left=1)


def test_an_address_that_is_not_secure(archive, tmp_path):
    refused(archive, tmp_path, "expected an https address", api="http://example.org/api")


def refused(archive, folder, complaint, left=0, **settings):
    """A fetch that must fail in one line, without the file; a partial one may be left."""
    with pytest.raises(InputError, match=complaint) as raised:
        fetch(archive, folder / "file.nwb", **settings)
    assert "\n" not in str(raised.value)
    names = [path.name for path in folder.iterdir()]
    assert len(names) <= left and "file.nwb" not in names


def test_a_plain_name_for_any_path():
    assert local_path("000688", "0.25", PATH) == f"000688/0.25/{PATH.replace('+', '_')}"
    assert local_path("1", "2", "a b, [c]=d: e.nwb") == "1/2/a_b___c__d__e.nwb"
