"""The first page of a run, as read and as a browser shows it."""

import re

import pytest
from browser import tab
from builders import frame

from ner.report.benchmarks import BENCHMARKS
from ner.report.index import Run, figure_files, write_index
from ner.storage.tables import Table, write_csv
from ner.verification.replication import REPLICATION

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
# The smallest picture: one gray point.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000 3a7e9b550000000a49444154789c63680000008200817cd25d3a"
    "0000000049454e44ae426082".replace(" ", "")
)


@pytest.fixture
def place(tmp_path):
    """Folders of a run that has drawn fig1, and not fig4."""
    for path in ("figures/fig1.png", "figures/fig1.pdf", "figures/fig1.html", "figures/fig1.ipynb"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(PNG if path.endswith("png") else b"")
    (tmp_path / "results/tables").mkdir(parents=True)
    write_csv(tmp_path / "results/tables/within.csv", frame(BENCHMARKS, []))
    (tmp_path / "results/README.md").write_text("what each file is")
    jobs = tmp_path / "benchmarks/embed/ner/chewie-20161007-m1"
    jobs.mkdir(parents=True)
    (jobs / "seed0.tsv").write_text(f"{HEAD}90\t0:01:30\t100\t1\t1\t1\t0\t0\t75\t1\n")
    return tmp_path


def run(place, **changes):
    asked = {
        "recordings": ["chewie-20161007-m1"],
        "simulated": [],
        "methods": ["ner", "pivae"],
        "seeds": [0, 1],
        "folds": "",
        "figures": {name: f"About {name}." for name in ("fig1", "fig4")},
        "figure_folder": str(place / "figures"),
        "undrawn": {"fig5": "this run has 1 of the 10 recordings of group chewie-m1"},
        "trainings": [("ner", "steps", 20000, 20000)],
        "benchmarks": str(place / "benchmarks"),
        "jobs": ["embed/ner/chewie-20161007-m1/seed0", "embed/ner/chewie-20161007-m1/seed1"],
    }
    return Run(**asked | changes)


def written(place, run, **given):
    path = place / "results/index.html"
    write_index(path, run, [Table("tables/within.csv", (), "metrics of everything")], **given)
    return path.read_text(encoding="utf-8")


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).split())


def test_it_shows_what_is_there_and_what_is_not(place):
    page = written(place, run(place))
    text = text_of(page)
    assert "1 recording (Chewie), 2 methods (NER, pi-VAE), seeds 0, 1." in text
    assert page.count("<img") == 1 and 'src="../figures/fig1.png"' in page and "fig1.ipynb" not in page
    assert "Not made yet, or failed." in text
    assert "Fig 5 : this run has 1 of the 10 recordings of group chewie-m1" in text
    assert "1 jobs took 1.5 minutes" in text
    assert (
        "README.md : what every file and column is" in text and "1 tables tables/within.csv : metrics of every" in text
    )
    # Every link leads to a file or a place of the page.
    for target in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert f'id="{target[1:]}"' in page if target.startswith("#") else (place / "results" / target).is_file(), (
            target
        )
    assert "Trained shorter" not in text and "failed" not in text.replace("or failed", "")


def test_it_says_what_a_reader_has_to_know_first(place):
    asked = run(place, trainings=[("ner", "steps", 300, 20000)], simulated=["chewie-20161007-m1"])
    text = text_of(written(place, asked))
    assert text.index("NER: 300 of 20,000 steps") < text.index("Figures")
    assert "All recordings are simulated." in text and "replicate" not in text
    (place / "results/verification").mkdir()
    write_csv(place / "results" / REPLICATION.path, frame(REPLICATION, [("ner", "train R2", 9, 10)]))
    (place / "results/verification/report.html").write_text("the page")
    text = text_of(written(place, run(place)))
    assert "replicate in this run, with exceptions. 9 of the 10 values" in text


def test_failures_come_with_what_to_do(place):
    failure = {
        "rule": "fig4",
        "line": "mine<1>.py: found a text; expected a number; correct it",
        "log": "logs/fig4.log",
    }
    page = written(place, run(place), failures=[failure])
    text = text_of(page)
    assert "1 job failed" in text and "mine&lt;1&gt;.py: found a text; expected a number; correct it" in page
    assert text.index("1 job failed") < text.index("Figures")


def test_a_file_is_of_the_figure_with_the_longest_name(tmp_path):
    for name in ("fig4.png", "fig4_cells.csv", "fig4_strict.png", "fig4_strict_cells.csv", "fig4.ipynb", "fig41.png"):
        (tmp_path / name).write_text("")
    found = figure_files(tmp_path, ["fig4", "fig4_strict"])
    assert {name: [path.name for path in paths] for name, paths in found.items()} == {
        "fig4": ["fig4.png", "fig4_cells.csv"],
        "fig4_strict": ["fig4_strict.png", "fig4_strict_cells.csv"],
    }


@pytest.mark.parametrize("width", [390, 1280])
def test_it_reads_at_any_width_without_network(place, width):
    written(place, run(place))
    with tab(place / "results/index.html", place / "profile", size=(width, 800)) as opened:
        seen = opened.run(
            """
            const image = document.querySelector("img");
            await image.decode();
            return [document.documentElement.scrollWidth <= window.innerWidth, image.naturalWidth];
            """
        )
        assert opened.errors == [] and all(request.startswith("file:") for request in opened.requests)
    assert seen == [True, 1]
