"""Config files that Snakemake cannot read, which it does not name itself."""

import re

import pytest
from config_check import refuse_unreadable
from places import ROOT

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
    with pytest.raises(SystemExit, match=f"^error: {re.escape(str(tmp_path / name))}: {found}") as raised:
        refuse_unreadable(["snakemake", "--configfile", str(ROOT / "config.yaml"), str(tmp_path / name)])
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path):
    with pytest.raises(SystemExit, match="none.yaml: found no such file; expected a YAML file"):
        refuse_unreadable(["snakemake", "--configfile", str(tmp_path / "none.yaml")])
    with pytest.raises(SystemExit, match="found a folder"):
        refuse_unreadable(["snakemake", "--configfile", str(tmp_path)])


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
