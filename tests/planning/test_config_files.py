"""Config files that give a key twice."""

import pytest
from places import ROOT

from ner.storage.errors import InputError
from planning.config_files import check_keys

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
