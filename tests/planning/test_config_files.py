"""Config files that cannot be read, or that give a key twice."""

import pytest
from places import ROOT

from ner.storage.errors import InputError
from planning.config_files import check_files, check_keys, refuse_unreadable

TWICE = "methods:\n  ner:\n    steps: 1\n    # between\n    steps: 2\n"


def test_both_lines_are_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(TWICE)
    with pytest.raises(InputError) as raised:
        check_keys([path])
    line = "found the key methods.ner.steps twice, in lines 3 and 5; expected every key once; remove one of them"
    assert str(raised.value) == f"{path}: {line}"


@pytest.mark.parametrize("text", ["a: [{b: 1, b: 1}]", "{a: 1, a: 2}", "a: 1\nb: 2\n'a': 3\n"])
def test_wherever_it_stands(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="twice"):
        check_keys([path])


def test_the_same_key_of_different_mappings_and_what_is_no_yaml_pass(tmp_path):
    for k, text in enumerate(["a: {b: 1}\nc: {b: 1}", "", "a: [", "{\x00", "[1, 1]"]):
        (tmp_path / f"{k}.yaml").write_text(text)
    check_keys([*tmp_path.iterdir(), tmp_path / "none.yaml", ROOT / "config.yaml"])
    check_keys((ROOT / "workflow" / "overlays").glob("*.yaml"))


UNREADABLE = {
    "empty.yaml": (b"", "found an empty file"),
    "comments.yaml": (b"# seeds: [0]\n", "found an empty file"),
    "list.yaml": (b"- 1\n", "found text or a list without keys"),
    "text.yaml": (b"seeds", "found text or a list without keys"),
    "cut.yaml": (b"seeds: [0\nexample: x\n", "found no valid YAML in line 2"),
    "tab.yaml": (b"methods:\n\tner: 1\n", "found no valid YAML in line 2"),
    "utf16.yaml": ("seeds: [0]".encode("utf-16"), "found bytes that are not UTF-8 text"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_without_settings_is_named(tmp_path, name):
    content, found = UNREADABLE[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=found) as raised:
        check_files([ROOT / "config.yaml", tmp_path / name])
    assert str(raised.value).startswith(f"{tmp_path / name}: ")


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path):
    with pytest.raises(InputError, match="none.yaml: found no such file; expected a YAML file"):
        check_files([tmp_path / "none.yaml"])
    with pytest.raises(InputError, match="found a folder"):
        check_files([tmp_path])


@pytest.mark.parametrize(
    "words",
    [
        ["--configfile", "good.yaml", "bad.yaml", "--cores", "1"],
        ["fig4", "--configfiles", "bad.yaml"],
        ["-n", "--configfile=bad.yaml", "fig4"],
        ["--configfile", "good.yaml", "-n", "--configfile", "bad.yaml"],
    ],
)
def test_files_are_found_on_the_command_line(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text("seeds: [0]\n")
    with pytest.raises(SystemExit, match="^error: bad.yaml: found no such file"):
        refuse_unreadable(["snakemake", *words])
    (tmp_path / "bad.yaml").write_text("seeds: [1]\n")
    refuse_unreadable(["snakemake", *words, "-s", "anything"])


def test_the_folders_own_config_is_looked_at_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refuse_unreadable(["snakemake"])
    (tmp_path / "config.yaml").write_text("")
    with pytest.raises(SystemExit, match="^error: config.yaml: found an empty file"):
        refuse_unreadable(["snakemake"])
