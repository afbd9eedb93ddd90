"""Descriptions of the files that a run makes."""

import pytest

from ner.report.outputs import FILES, NAMES, described, readme
from ner.storage.errors import InputError


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("decoding/within/linear/ner/demo-day1-m1/seed0.csv", "what tables/within.csv is joined from"),
        (
            "decoding/within/{decoder}/{method}/{recording}/seed{seed}.time.csv",
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
    assert described(path).meaning == meaning


@pytest.mark.parametrize("path", ["tables/other.csv", "decoding/within/ner/seed0.csv", "tables/within.csv.gz"])
def test_other_files_are_not_described(path):
    assert described(path) is None


def test_an_undescribed_output_is_refused():
    with pytest.raises(InputError, match=r"rule extra: found an output tables/extra\.csv that nothing describes"):
        readme({"extra": [("results", "tables/extra.csv")]})


def test_every_kind_and_column_says_what_it_is():
    for file in FILES:
        assert file.meaning
        assert len({column.name for column in file.columns}) == len(file.columns), file.path
        assert all(column.meaning for column in file.columns), file.path
        # A table has columns, and nothing else has.
        assert bool(file.columns) == file.path.endswith((".csv", ".parquet")), file.path


def test_the_page_names_folders_rules_units_and_columns_once():
    within = "decoding/within/{decoder}/{method}/{recording}/seed{seed}.csv"
    outputs = {
        "decode_within": [("results/demo", within)],
        "within_table": [("results/demo", "tables/within.csv")],
        "draw_variance": [("figures/demo", "{figure}_time.csv")],
    }
    page = readme(outputs)
    assert f"## results/demo/decoding/within\n\n### `results/demo/{within}`" in page
    assert f"Columns: those of `results/demo/{within}`." in page
    assert page.count("| `metric` |") == 1
    assert "| `vx` | cm/s | absolute velocity along x, mean over trials and recordings |" in page
    assert "Rule `draw_variance`." in page
    for name in NAMES:
        assert f"- `{{{name}}}`: " in page
