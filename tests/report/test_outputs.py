"""Descriptions of the files that a run makes."""

import re

import pytest
from places import ROOT

import planning.tables
from ner.report.outputs import NAMES, described, readme, tables_of
from ner.storage.errors import InputError
from ner.storage.tables import names
from planning.tables import table_modules

TABLES = tables_of(table_modules())


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("decoding/within/linear/ner/demo-day1-m1.csv", "what tables/within.csv is joined from"),
        (
            "decoding/within/linear/ner/demo-day1-m1/seed0.csv",
            "metrics of one seed, which a figure shows of what the run does not decode everywhere",
        ),
        (
            "decoding/within/{decoder}/{method}/{recording}.time.csv",
            "what tables/within_time.csv is joined from",
        ),
        (
            "upstream/data/SU_3S1/Han_20171201_neural_con_dis_index.mat",
            "file of the authors, as downloaded and checked",
        ),
        ("fig3_notebook.html", "the executed notebook as a page, of figures that have another page"),
        ("fig4_time.csv", "accuracy of the direction over time"),
        ("fig5_accuracy.csv", "accuracy of the direction over time, across recordings"),
    ],
)
def test_the_most_special_kind_describes_a_file(path, meaning):
    assert described(path, TABLES).meaning == meaning


@pytest.mark.parametrize("path", ["tables/other.csv", "decoding/within/ner.csv", "tables/within.csv.gz"])
def test_other_files_are_not_described(path):
    assert described(path, TABLES) is None


def outputs_of_rules():
    """Patterns of paths in results that the rules make."""
    for path in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        for block in re.findall(r"^( *)output:\n((?:\1 .*\n)+)", path.read_text(), re.MULTILINE):
            yield from re.findall(r'(?:told\("|"<results>/)([^"]+)"', block[1])


def test_every_output_of_a_rule_is_described():
    patterns = list(outputs_of_rules())
    assert len(patterns) > 40
    assert [pattern for pattern in patterns if described(pattern, TABLES) is None] == []


def test_an_undescribed_output_is_refused():
    with pytest.raises(InputError, match=r"rule extra: found an output tables/extra\.csv that nothing describes"):
        readme({"extra": [("results", "tables/extra.csv")]}, TABLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.path)
def test_a_table_says_what_it_and_its_columns_are(table):
    assert table.meaning and all(column.meaning for column in table) and len(set(names(table))) == len(names(table))
    assert table.path.endswith((".csv", ".parquet")) and not table.parts or table.parts.endswith(".csv")


def test_no_two_tables_have_one_path():
    assert len(TABLES) > 40 and len({table.path for table in TABLES}) == len(TABLES)


def test_a_table_is_found_where_it_is_declared(tmp_path, monkeypatch):
    """One declaration is all that a new table takes."""
    package = tmp_path / "ner"
    (package / "decoding").mkdir(parents=True)
    (package / "decoding" / "extra.py").write_text('EXTRA = Table("tables/extra.csv", (), "more")')
    (package / "decoding" / "other.py").write_text("from ner.storage.tables import Table")
    monkeypatch.setattr(planning.tables, "LIBRARY", package)
    assert table_modules() == ["decoding.extra"]


def test_the_page_names_folders_rules_units_and_columns_once():
    within = "decoding/within/{decoder}/{method}/{recording}.csv"
    outputs = {
        "decode_within": [("results/demo", within)],
        "within_table": [("results/demo", "tables/within.csv")],
        "draw_variance": [("figures/demo", "{figure}_time.csv")],
    }
    page = readme(outputs, TABLES)
    assert f"## results/demo/decoding/within\n\n### `results/demo/{within}`" in page
    assert f"Columns: those of `results/demo/{within}`." in page
    assert page.count("| `metric` |") == 1
    assert "| `vx` | cm/s | absolute velocity along x, mean over trials and recordings |" in page
    assert "Rule `draw_variance`." in page
    for name in NAMES:
        assert f"- `{{{name}}}`: " in page
