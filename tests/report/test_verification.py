"""The verification page, as read and as a browser shows it."""

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from browser import tab
from builders import (
    DAYS,
    TOLERANCE,
    across,
    choices,
    frame,
    parity_across,
    parity_within,
    published_across,
    published_within,
    within,
)

from ner.published.tables import METRICS_PUBLISHED
from ner.report import provenance
from ner.report.pictures import cards, finding_pictures
from ner.report.verification import TABLES, verification_page
from ner.storage.tables import names, read_csv, write_csv
from ner.verification import findings
from ner.verification.compare import VERDICTS
from ner.verification.headlines import headlines
from ner.verification.losses import first_losses
from ner.verification.parity_across import PARITY_ACROSS_SUMMARY, summarise
from ner.verification.parity_within import parity_within_summary
from ner.verification.published_tests import PUBLISHED_TESTS
from ner.verification.replication import replication
from ner.verification.retrained_across import retrained_across, retrained_across_means
from ner.verification.retrained_within import retrained_medians, retrained_within
from ner.verification.verdicts import verdict_counts


class Page(HTMLParser):
    """Text and references of a page; raises on tags that do not match."""

    def __init__(self, page):
        super().__init__()
        self.text, self.references, self.open, self.names = [], [], [], set()
        self.feed(page)
        self.text = " ".join(" ".join(self.text).split())

    def handle_starttag(self, tag, attributes):
        self.references += [value for name, value in attributes if name in ("src", "href")]
        self.names |= {value for name, value in attributes if name == "id"}
        if tag not in ("meta", "br", "input", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def nothing():
    """Tables of a run that has nothing."""
    empty = pd.DataFrame
    tables = {name: empty(columns=names(columns)) for name, columns in TABLES.items()}
    parity, pairs = parity_within(), parity_across()
    made = {
        "finding1_swapped_velocity": findings.swapped_velocity(parity, pairs, within()),
        "finding2_train_and_test": findings.train_and_test(parity, within()),
        "finding3_pivae": findings.leak(within(), ["pivae"]),
        "finding4_umap": findings.leak(within(), ["umap"]),
        "finding5_rotation": findings.rotation(pairs, across()),
        "finding6_candidates": findings.candidates(frame(PARITY_ACROSS_SUMMARY, [])),
        "finding7_pairs": findings.pairs(frame(PUBLISHED_TESTS, [])),
        "finding8_positives": findings.positives(
            within(), retrained_within(within(), published_within(), TOLERANCE, seed_spread=2.0)
        ),
        "finding10_turned_labels": findings.turned_labels(across(), across(), []),
        "verdicts": verdict_counts(tables["retrained_within"], tables["retrained_across"]),
        "headlines": headlines(published_within(), published_across(), within(), across()),
    }
    return tables | made


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Tables of a run of NER and pi-VAE on three days, as they come from their files."""
    random = np.random.default_rng(0)
    a, b, c = DAYS
    values = dict(zip(METRICS_PUBLISHED, (0.8, 0.9, 90.0), strict=True))
    of = [
        (method, day, part, metric)
        for method in ("ner", "pivae")
        for day in DAYS
        for part in ("train", "test")
        for metric in METRICS_PUBLISHED
    ]
    goal = published_within(*((*key, values[key[-1]]) for key in of), ("umap<b>", a, "train", "position_r2", 0.3))
    run = within(
        *(
            (method, day, protocol, part, metric, list(values[metric] * random.uniform(0.95, 1.05, 2)))
            for method, day, part, metric in of
            for protocol in ("paper", "strict")
            if day != c
        )
    )
    pairs = [(s, t, metric) for s in DAYS for t in DAYS for metric in METRICS_PUBLISHED]
    cells = published_across(*(("fig5", "ner", *pair, values[pair[-1]]) for pair in pairs))
    decoded = across(
        *(
            ("ner", s, t, protocol, metric, list(values[metric] * random.uniform(0.95, 1.05, 2)))
            for s, t, metric in pairs
            for protocol in ("paper", "strict")
            if c not in (s, t)
        )
    )
    parity = parity_within(*((*key, values[key[-1]], values[key[-1]]) for key in of if key[0] == "ner"))
    found = parity_across(*(("NER_Chewie", "ner", m, s, t, values[m], values[m], values[m], 0.05) for s, t, m in pairs))
    curve = np.linspace(6, 5, 2000)
    of_selection = [("velocity_r2", 0.92, 0.924, 0.004), ("position_r2", 0.95, 0.952, 0.002)]
    curved = frame(
        TABLES["parity_curved"], [("ner-5000", "up-down-1-2", *row, 0.005, 0.3, 50, 13) for row in of_selection]
    )
    jobs = frame(TABLES["benchmarks"], [("embed", "ner", a, 0, 3600.0, 10.0, 90.0, 512.0, 0, 0)])
    retrained = retrained_within(run, goal, TOLERANCE, seed_spread=2.0)
    made = nothing() | {
        "headlines": headlines(goal, cells, run, decoded),
        "retrained_within": retrained,
        "retrained_within_medians": retrained_medians(run, goal),
        "retrained_across": retrained_across(decoded, choices(), cells, TOLERANCE, seed_spread=2.0),
        "retrained_across_means": retrained_across_means(decoded, choices(), cells, TOLERANCE, seed_spread=2.0),
        "parity_within": parity,
        "parity_within_summary": parity_within_summary(parity),
        "parity_across_summary": summarise(found),
        "parity_averages": frame(TABLES["parity_averages"], [("pca", a, 1, 1e-12, 1.0), ("dpca", a, 1, 2.0, 0.9995)]),
        "finding2_train_and_test": findings.train_and_test(parity, run),
        "finding6_candidates": findings.candidates(summarise(found)),
        "parity_curved": curved,
        "finding9_curved": findings.curved(curved),
        "losses": first_losses({("ner", a): curve}, {("ner", a, 0): curve + 0.01}),
        "benchmarks": jobs,
        "stages": provenance.stages(jobs),
        "versions": provenance.versions(),
        "facts": provenance.facts(".", jobs, seeds=[0, 1], split="the first 80 %", device="cpu", recordings=3),
    }
    made["verdicts"] = verdict_counts(made["retrained_within"], made["retrained_across"])
    made["replication"] = replication(made["retrained_within"], made["retrained_across_means"])
    folder = tmp_path_factory.mktemp("tables")
    for name, table in made.items():
        write_csv(folder / f"{name}.csv", table)
    return {name: read_csv(folder / f"{name}.csv", columns) for name, columns in TABLES.items()}


def read(page):
    found = Page(page)
    assert not found.open
    links = {reference.removeprefix("#") for reference in found.references}
    assert links and links <= found.names
    assert "url(" not in page and "http" not in page and "@import" not in page
    return found.text


def test_the_page_holds_everything(tables):
    text = read(verification_page(tables))
    places = [text.index(title) for title in ("Published against this run", "By linear decoders", "Findings about the")]
    assert places == sorted(places)
    assert "86 %" in text and "2 of 3" in text
    counts = tables["verdicts"]
    for figure, title in (("fig4", "Within recordings:"), ("fig5", "Across recordings:")):
        found = counts[counts.figure == figure]
        spread = found["within_seed_spread"].sum()
        told = f"{spread} within seed spread, " if spread else ""
        assert f"{title} {found['met'].sum()} met, {told}{found['differs'].sum()} differs" in text
    assert "umap<b>: not run" in text
    assert "18 published values" in text and "2 published components" in text and text.count("all of them do") == 3
    assert "18 of 18 R² and 9 of 9 accuracies of the direction are explained" in text
    assert "3. pi-VAE was given the labels" in text and "Not run: it needs pivae in compare" in text
    assert "NER at step 1,000: +0.010" in text and "to 0.1, and they do." in text
    assert "3,600" in text
    # Every table says which file holds it.
    for name, table in tables.items():
        if len(table) and name not in ("benchmarks", "recordings", "replication"):
            assert f"{name}.csv" in text


def test_the_page_says_when_a_published_value_is_not_reproduced(tables):
    parity = tables["parity_within"].copy()
    parity.loc[:3, "difference"] = 50.0
    assert "4 do not" in read(verification_page(tables | {"parity_within": parity}))
    curved = tables["parity_curved"].assign(difference=[0.004, -0.006])
    assert "1 do not" in read(verification_page(tables | {"parity_curved": curved}))
    averages = tables["parity_averages"].assign(difference=[1e-6, 0.0], correlation=[1.0, 0.99])
    assert "2 do not" in read(verification_page(tables | {"parity_averages": averages}))
    losses = tables["losses"].assign(difference=0.2)
    assert "to 0.1, and they do not" in read(verification_page(tables | {"losses": losses}))


def test_the_page_of_a_run_without_published_recordings():
    text = read(verification_page(nothing(), simulated=["demo-day1-m1"]))
    assert "This run does not test the paper" in text
    assert "None of this run’s recordings has a published value" in text
    assert "No published averages" in text and "No published embedding of Figure 8 was available" in text
    assert "No published embedding was available" in text and "No job was measured" in text
    assert text.count("Not run: it needs") == 10


@pytest.mark.parametrize(
    ("agree", "sentence"),
    [
        (10, "The paper’s results for NER replicate in this run."),
        (8, "replicate in this run, with exceptions."),
        (5, "replicate only in part in this run."),
        (4, "The paper’s results for NER do not replicate in this run."),
        (None, "This run does not test the paper"),
    ],
)
def test_one_sentence_says_whether_the_paper_replicates(tables, agree, sentence):
    rows = [("pivae", "train R2", 0, 6)] + ([] if agree is None else [("ner", "train R2", agree, 10)])
    promised = frame(TABLES["replication"], rows)
    text = read(verification_page(tables | {"replication": promised}))
    order = [text.index(part) for part in ("Published against this run", sentence, "By linear decoders.")]
    assert order == sorted(order)
    assert "Trained shorter" not in text and "simulated" not in text.partition("Provenance")[0]


def test_a_short_run_says_that_it_is_no_test_of_the_paper(tables):
    lengths = frame(TABLES["trainings"], [("ner", "steps", 300, 20000), ("pivae", "epochs", 50, 50)])
    promised = frame(TABLES["replication"], [("ner", "train R2", 0, 10)])
    text = read(verification_page(tables | {"trainings": lengths, "replication": promised}))
    assert "NER: 300 of 20,000 steps" in text and "no test of it" in text
    assert "pi-VAE: 50" not in text.partition("Published against")[0]


def test_folds_are_announced_as_another_split(tables):
    assert "Another split" not in read(verification_page(tables))
    said = read(verification_page(tables, folds="5 folds of consecutive trials, each held out once"))
    assert "Another split than the paper’s: 5 folds of consecutive trials" in said
    assert "No value of this run is held against a published one" in said


@pytest.mark.parametrize(("simulated", "said"), [(1, "1 of 2 recordings are simulated."), (2, "All recordings are")])
def test_simulated_recordings_are_announced(tables, simulated, said):
    row = dict.fromkeys(names(TABLES["recordings"]), 1) | {"recording": "demo-day1-m1", "source": "a", "sha1": "b"}
    recordings = pd.DataFrame([row, row])
    page = verification_page(tables | {"recordings": recordings}, simulated=["demo-day1-m1"] * simulated)
    assert said in read(page)


def test_the_picture_of_a_method_has_a_point_a_recording_and_its_name(tables):
    found = {card.method: card for card in cards(tables["retrained_within"], tables["retrained_across_means"])}
    # NER first; UMAP was not run.
    assert list(found) == ["ner", "pivae"]
    assert list(found["ner"].rows) == ["Training trials", "Test trials", "Across recordings, means over pairs"]
    velocity = found["ner"].rows["Training trials"][0]
    assert velocity.title == "velocity R²"
    values = tables["retrained_within"].query(
        "method == 'ner' and split == 'train' and metric == 'velocity_r2' and seeds > 0"
    )
    assert len(velocity.marks) == len(values) == 2
    for point, row in zip(velocity.marks, values.itertuples(), strict=True):
        assert point.style == row.verdict.replace(" ", "-")
        assert f"published {row.published:.3f}, this run {row.ours_mean:.3f} ± {row.ours_sd:.3f}" in point.label
    drawn = tables["retrained_within"].query("method == 'ner' and seeds > 0")["verdict"].value_counts()
    means = tables["retrained_across_means"].query("method == 'ner' and seeds > 0")["verdict"].value_counts()
    assert found["ner"].counts == {
        verdict: drawn.get(verdict, 0) + means.get(verdict, 0) for verdict in VERDICTS if verdict != "not run"
    }


def test_every_measured_finding_has_a_picture(tables):
    assert set(finding_pictures(tables)) == {"finding2_train_and_test", "finding6_candidates", "finding9_curved"}
    rows = [
        ("a-20150101-m1", "velocity_r2", 0.2, "cebra", 0.25, 0.0, 1),
        ("a-20150101-m1", "velocity_r2", 0.2, "cebra-velocity", 0.5, 0.0, 1),
    ]
    picture = finding_pictures(tables | {"finding8_positives": frame(TABLES["finding8_positives"], rows)})
    assert "0.25, 0.5" in picture["finding8_positives"].marks[0].label


# ---- In a browser

PROBE = """
  const shown = (one) => one.getClientRects().length > 0;
  const unrun = [...document.querySelectorAll(".unrun")];
  const details = [...document.querySelectorAll("details")];
  const before = {open: details.filter((one) => one.open).length, hidden: unrun.every((one) => !shown(one))};
  document.querySelector("button").click();
  document.querySelector("#unrun").click();
  return {
    before,
    open: details.every((one) => one.open),
    unrun: unrun.length, shown: unrun.every(shown),
    wide: document.documentElement.scrollWidth > window.innerWidth,
    columns: [...document.querySelectorAll("#numbers ~ .scroll th")].slice(0, 11)
      .filter((one) => one.getBoundingClientRect().right <= window.innerWidth).length,
    points: document.querySelectorAll("figure g title").length,
  };
"""


@pytest.mark.parametrize(("width", "columns"), [(1280, 11), (390, 3)])
def test_the_page_reads_at_any_width_without_network(tables, tmp_path, width, columns):
    path = tmp_path / "page.html"
    path.write_text(verification_page(tables), encoding="utf-8")
    with tab(path, tmp_path / "profile", size=(width, 800)) as opened:
        seen = opened.run(PROBE)
        assert (opened.requests, opened.errors) == ([], [])
    assert seen["before"] == {"open": 0, "hidden": True}
    assert seen["open"] and seen["shown"] and seen["unrun"] > 0
    assert not seen["wide"] and seen["columns"] >= columns
    # 2 methods, 2 recordings, 3 metrics and 2 splits; 3 means; the points of three findings.
    assert seen["points"] == 24 + 3 + sum(
        len(tables[name]) for name in ("finding2_train_and_test", "finding6_candidates", "finding9_curved")
    )


def test_the_keyboard_reaches_links_switch_and_tables(tables, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(verification_page(tables), encoding="utf-8")
    probe = """
      const all = [...document.querySelectorAll("a, button, input, summary, [tabindex]")];
      const reached = all.filter((one) => one.tabIndex >= 0);
      const scrolled = [...document.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth);
      return {all: reached.length, tables: scrolled.every((one) => one.tabIndex === 0), first: reached[0].tagName};
    """
    with tab(path, tmp_path / "profile", size=(390, 800)) as opened:
        seen = opened.run(probe)
    assert seen["all"] > 20 and seen["tables"] and seen["first"] == "A"


def test_the_page_prints_without_its_controls(tables, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(verification_page(tables), encoding="utf-8")
    with tab(path, tmp_path / "profile") as opened:
        opened.media("print")
        seen = opened.run(
            """
            const style = (of) => getComputedStyle(document.querySelector(of));
            return [style("button").display, style(".switch").display, style(".scroll").overflowX];
            """
        )
    assert seen == ["none", "none", "visible"]
