"""The verification report as one page of HTML, to read and to print."""

import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from ner.data.names import RecordingName
from ner.data.recordings_table import SUMMARY
from ner.decoding.within import SPLITS
from ner.methods.names import method_name
from ner.published.tables import METRICS_PUBLISHED
from ner.report.benchmarks import BENCHMARKS
from ner.report.formats import (
    DECODER,
    DIFFERENCE,
    FIGURES,
    MARKS,
    METHOD,
    METRIC,
    OURS,
    PUBLISHED,
    TITLES,
    VALUES,
    metric_cell,
    number,
    plain,
    plain_cell,
    text,
    with_sd,
)
from ner.report.html import Markup, Shown, details, field, grid, markup, page, table
from ner.report.provenance import FACTS, STAGES, VERSIONS
from ner.report.told import FINDINGS
from ner.verification import findings
from ner.verification.compare import PARITY_R2, VERDICTS, outside
from ner.verification.headlines import HEADLINES
from ner.verification.losses import BOUND, LOSSES, losses_agree, mean_differences
from ner.verification.parity_across import PARITY_ACROSS_SUMMARY
from ner.verification.parity_averages import PARITY_AVERAGES, PARITY_CORRELATION, PARITY_DIFFERENCE, averages_met
from ner.verification.parity_within import PARITY_WITHIN, PARITY_WITHIN_SUMMARY
from ner.verification.retrained_across import RETRAINED_ACROSS, RETRAINED_ACROSS_MEANS
from ner.verification.retrained_within import RETRAINED_WITHIN, RETRAINED_WITHIN_MEDIANS
from ner.verification.verdicts import VERDICT_COUNTS

#: The tables that the page shows, and the columns of their files.
TABLES = {
    "headlines": HEADLINES,
    "verdicts": VERDICT_COUNTS,
    "retrained_within": RETRAINED_WITHIN,
    "retrained_within_medians": RETRAINED_WITHIN_MEDIANS,
    "retrained_across": RETRAINED_ACROSS,
    "retrained_across_means": RETRAINED_ACROSS_MEANS,
    "parity_within": PARITY_WITHIN,
    "parity_within_summary": PARITY_WITHIN_SUMMARY,
    "parity_across_summary": PARITY_ACROSS_SUMMARY,
    "parity_averages": PARITY_AVERAGES,
    "finding1_swapped_velocity": findings.SWAPPED,
    "finding2_train_and_test": findings.TRAIN_TEST,
    "finding3_pivae": findings.LEAK,
    "finding4_umap": findings.LEAK,
    "finding5_rotation": findings.ROTATION,
    "finding6_candidates": findings.CANDIDATES,
    "finding7_pairs": findings.PAIRS,
    "finding8_positives": findings.POSITIVES,
    "losses": LOSSES,
    "facts": FACTS,
    "versions": VERSIONS,
    "stages": STAGES,
    "recordings": SUMMARY,
    "benchmarks": BENCHMARKS,
}
_INTRODUCTION = (
    "<p>This run held against the published tables of <i>Neural Embeddings Rank: Aligning 3D latent dynamics with "
    "movements</i> (NeurIPS 2024). Under the <b>paper</b> protocol everything is computed as published, oddities "
    "included, but that decoders of pi-VAE get the whole train part, as every method’s, the authors’ got the 60 % "
    "that it was fitted to; under the <b>strict</b> one only held-out data are scored, R² is that of truth and "
    "prediction in their order, and no label of a test trial is used. Below each table stands the CSV file that holds "
    "it, in the folder of "
    "this page; what is collapsed prints when it is open.</p>"
)


# ---- Headlines


def _headlines(tables: Mapping[str, pd.DataFrame]) -> Sequence[str]:
    columns = [
        text("number", "statement"),
        METHOD,
        METRIC,
        Shown("abstract says", field("stated")),
        Shown("published", metric_cell("published")),
        Shown("published, recordings of this run", metric_cell("published_here")),
        Shown("recordings", lambda row: f"{row.recordings_here} of {row.recordings}"),
        Shown("ours, paper", lambda row: with_sd(row.metric, row.paper, row.paper_sd), key=True),
        Shown("difference", metric_cell("difference", signed=True)),
        Shown("ours, strict", lambda row: with_sd(row.metric, row.strict, row.strict_sd), key=True),
        Shown("seeds", field("seeds")),
    ]
    return [
        "<p>Linear decoders. Ours are means over seeds, ± their SD where there are several; the difference is to what "
        "was published for the same recordings. The paper’s numbers within recordings are of the train part, which "
        "the strict protocol answers with the test part’s; its velocity R² on test parts has swapped arguments, which "
        "the strict protocol has in order.</p>",
        table(tables["headlines"], columns, source="headlines.csv"),
    ]


# ---- Published tables, cell by cell


def _counts(counts: pd.DataFrame) -> str:
    total = {verdict: counts[verdict.replace(" ", "_")].sum() for verdict in VERDICTS}
    return ", ".join(f"{count} {verdict}" for verdict, count in total.items())


def _published(tables: Mapping[str, pd.DataFrame]) -> Sequence[str]:
    counts = tables["verdicts"]
    if counts.empty:
        return ["<p>None of this run’s recordings has a published value.</p>"]
    within, across = counts[counts.figure == "fig4"], counts[counts.figure != "fig4"]
    return [
        "<p>A value is <b>met</b> if the mean over seeds lies within the tolerance of the published one; it is "
        "<b>within seed spread</b> if the published one, itself a single run, lies as near our mean as further seeds "
        "would; else it <b>differs</b>. Tolerances come from <code>verification.tolerance</code> of the configuration; "
        "that of a swapped velocity R² <i>s</i> is the R²’s, times (2 − <i>s</i>)².</p>",
        f"<p>Within recordings: <strong>{_counts(within)}</strong>. Across recordings: "
        f"<strong>{_counts(across)}</strong>.</p>",
        *_published_within(tables, within),
        *_published_across(tables, across),
    ]


def _verdict_table(counts: pd.DataFrame) -> str:
    columns = [
        Shown("figure", lambda row: FIGURES[row.figure], text=True),
        METHOD,
        DECODER,
        text("scope"),
        METRIC,
        *(Shown(verdict, field(verdict.replace(" ", "_"))) for verdict in VERDICTS),
    ]
    return table(counts, columns, source="verdicts.csv")


def _published_within(tables: Mapping[str, pd.DataFrame], counts: pd.DataFrame) -> Sequence[str]:
    medians = [
        METHOD,
        text("split"),
        METRIC,
        Shown("recordings", field("recordings")),
        PUBLISHED,
        OURS,
        DIFFERENCE,
        Shown("published lies, SD over seeds from ours", plain_cell("deviation", "+.1f")),
        Shown("ours above published", lambda row: f"{row.above} of {row.recordings}"),
        Shown("seeds", field("seeds")),
    ]
    parts = [
        "<h3>Within recordings (Fig 4): medians over the recordings that were run</h3>",
        "<p>pi-VAE and UMAP were published from one unseeded run each and differ much between seeds, on one recording; "
        "hold their medians against each other. On the test part the published velocity R² has its arguments swapped, "
        "and so have the values here; it has no lower bound.</p>",
        table(tables["retrained_within_medians"], medians, source="retrained_within_medians.csv")
        if len(tables["retrained_within_medians"])
        else "<p class=absent>Not run.</p>",
        "<h3>Within recordings (Fig 4): every value</h3>",
        details("Verdicts by method, split and metric", _verdict_table(counts)),
    ]
    for method, rows in tables["retrained_within"].groupby("method", sort=False):
        found = counts[counts.method == method]
        parts.append(
            details(
                f"{markup(method_name(method))}: {_counts(found)}",
                _recordings(rows),
            )
        )
    return parts


def _recordings(rows: pd.DataFrame) -> str:
    lines = []
    for recording, values in rows.groupby("recording", sort=False):
        cells = {(row.split, row.metric): row for row in values.itertuples()}
        line = "".join(_within_cell(cells.get((split, metric))) for split in SPLITS for metric in METRICS_PUBLISHED)
        lines.append(f"<tr><td class=text>{markup(RecordingName.parse(recording).title)}</td>{line}</tr>")
    groups = "".join(
        f'<th class=group colspan="{len(METRICS_PUBLISHED)}">{split}: published → ours</th>' for split in SPLITS
    )
    metrics = "".join(f"<th>{TITLES[metric]}</th>" for _ in SPLITS for metric in METRICS_PUBLISHED)
    head = f"<tr><th class=group></th>{groups}</tr><tr><th class=text>recording</th>{metrics}</tr>"
    return grid(head, lines, source="retrained_within.csv", style="dense")


def _within_cell(row) -> str:
    if row is None:
        return "<td></td>"
    ours = with_sd(row.metric, row.ours_mean, row.ours_sd)
    return f'<td class="{_class(row)}">{number(row.metric, row.published)} → {ours}{MARKS[row.verdict]}</td>'


def _class(row) -> str:
    return row.verdict.replace(" ", "-")


def _published_across(tables: Mapping[str, pd.DataFrame], counts: pd.DataFrame) -> Sequence[str]:
    means = [
        Shown("figure", lambda row: FIGURES[row.figure], text=True),
        METHOD,
        DECODER,
        METRIC,
        Shown("published, all", metric_cell("published_all")),
        Shown("recordings run", field("recordings")),
        Shown("pairs", lambda row: f"{row.cells} of {row.cells_all}"),
        Shown("published, the same", metric_cell("published")),
        OURS,
        DIFFERENCE,
        Shown("tolerance", metric_cell("tolerance")),
        Shown("verdict", lambda row: row.verdict + MARKS[row.verdict], text=True),
    ]
    parts = [
        "<h3>Across recordings (Figs 5 to 7): off-diagonal means</h3>",
        table(tables["retrained_across_means"], means, source="retrained_across_means.csv", classes=_class),
        "<h3>Across recordings (Figs 5 to 7): every cell</h3>",
        "<p>Rows are sources, columns targets. In each cell the published value stands above ours. Its tolerance is "
        "wide, as a published cell hangs on the choice among eight rotations, which rounding makes (finding 6).</p>",
        details("Verdicts by table, pairs and metric", _verdict_table(counts)),
    ]
    for (figure, method, decoder), cells in tables["retrained_across"].groupby(
        ["figure", "method", "decoder"], sort=False
    ):
        found = counts[(counts.figure == figure) & (counts.method == method) & (counts.decoder == decoder)]
        name = f"{FIGURES[figure]}, {method_name(method)}, {'kNN' if decoder == 'knn' else decoder}"
        parts.append(
            details(
                f"{markup(name)}: {_counts(found)}",
                *(
                    f"<h3>{TITLES[metric]}</h3>\n{_matrix(values)}"
                    for metric, values in cells.groupby("metric", sort=False)
                ),
            )
        )
    return parts


def _matrix(cells: pd.DataFrame) -> str:
    order = sorted(cells["source"].unique())
    found = {(row.source, row.target): row for row in cells.itertuples()}

    def short(recording):
        name = RecordingName.parse(recording)
        return Markup(f"{markup(name.date[2:])} {markup(name.area)}")

    head = "".join(f"<th>{short(target).replace(' ', '<br>')}</th>" for target in order)
    lines = []
    for source in order:
        line = "".join(_across_cell(found[source, target]) for target in order)
        lines.append(f"<tr><th class=text>{short(source)}</th>{line}</tr>")
    head = f"<tr><th class=text>source ╲ target</th>{head}</tr>"
    return grid(head, lines, source="retrained_across.csv", style="dense matrix")


def _across_cell(row) -> str:
    ours = number(row.metric, row.ours_mean)
    published = f"<small>{number(row.metric, row.published)}</small>"
    return f'<td class="{_class(row)}">{published}<br>{ours}{MARKS[row.verdict]}</td>'


# ---- The authors' embeddings


def _parity(tables: Mapping[str, pd.DataFrame]) -> Sequence[str]:
    return [
        "<p>Before anything is trained: the authors’ own embeddings, decoded here, have to give their tables.</p>",
        "<h3>Within recordings</h3>",
        *_parity_within(tables),
        "<h3>Across recordings</h3>",
        *_parity_across(tables["parity_across_summary"]),
        "<h3>PCA and dPCA</h3>",
        *_parity_averages(tables["parity_averages"]),
        "<h3>Loss curves</h3>",
        *_losses(tables["losses"]),
    ]


def _small(metric: str, value: float) -> str:
    if pd.isna(value):
        return "–"
    if metric == "direction_accuracy":
        return f"{value:.2f} points"
    return f"{value:.1e}".replace("-", "−") if value else "0"


def _parity_within(tables: Mapping[str, pd.DataFrame]) -> Sequence[str]:
    parity = tables["parity_within"]
    if parity.empty:
        return ["<p class=absent>No published embedding was available.</p>"]
    beyond = outside(parity)
    verdict = "all of them do" if not beyond.any() else f"<strong>{beyond.sum()} do not</strong>"
    largest = [Shown(TITLES[metric].removesuffix(", %"), _largest(metric)) for metric in METRICS_PUBLISHED]
    columns = [
        METHOD,
        Shown("recordings", field("recordings")),
        VALUES,
        *largest,
        Shown("beyond the bound", field("beyond")),
    ]
    each = [
        METHOD,
        Shown("recording", lambda row: RecordingName.parse(row.recording).title, text=True),
        text("split"),
        METRIC,
        PUBLISHED,
        Shown("ours", metric_cell("ours"), key=True),
        Shown("difference", lambda row: _small(row.metric, abs(row.difference))),
    ]
    return [
        f"<p>{len(parity)} published values. Each R² has to agree to {PARITY_R2:.6f} and each direction accuracy to "
        f"one trial (versions of the logistic regression differ by as much): {verdict}. The largest absolute "
        "differences:</p>",
        table(tables["parity_within_summary"], columns, source="parity_within_summary.csv"),
        details("Every value", table(parity, each, source="parity_within.csv")),
    ]


def _largest(metric: str) -> Callable[[object], str]:
    return lambda row: _small(metric, getattr(row, metric))


def _parity_across(summary: pd.DataFrame) -> Sequence[str]:
    if summary.empty:
        return ["<p class=absent>No published set of embeddings was available.</p>"]
    columns = [
        text("set"),
        METHOD,
        DECODER,
        METRIC,
        text("pairs"),
        Shown("cells", field("cells")),
        Shown("explained", field("explained"), key=True),
        Shown("largest residual", lambda row: _small(row.metric, row.largest_residual)),
        Shown("given by our choice", field("same_choice")),
        Shown("published, mean", metric_cell("published_mean")),
        Shown("ours, mean", metric_cell("ours_mean")),
    ]
    r2 = summary[summary["metric"] != "direction_accuracy"]
    told = (
        f"{r2['explained'].sum()} of {r2['cells'].sum()} R² and {_explained(summary)} accuracies of the direction"
        " are explained"
    )
    return [
        "<p>Off the diagonal an embedding is rotated onto another by one of eight rotations; which of them the "
        "published rule takes hangs on rounding (finding 6). A cell is explained if one of its eight gives the "
        f"published value, R² to {PARITY_R2:.6f} and the accuracy to one trial: {told}.</p>",
        table(summary, columns, source="parity_across_summary.csv; its cells: parity_across.csv"),
    ]


def _parity_averages(parity: pd.DataFrame) -> Sequence[str]:
    if parity.empty:
        return ["<p class=absent>No published averages of this run’s recordings and methods were available.</p>"]
    missed = (~averages_met(parity)).sum()
    verdict = "all of them do" if not missed else f"<strong>{missed} do not</strong>"
    columns = [
        METHOD,
        Shown("recording", lambda row: RecordingName.parse(row.recording).title, text=True),
        Shown("component", field("component")),
        Shown("largest difference", lambda row: f"{row.difference:.1e}".replace("-", "−"), key=True),
        Shown("correlation", plain_cell("correlation", ".6f"), key=True),
    ]
    return [
        f"<p>The paper shows their trial averages; {len(parity)} published components. Each of PCA has to agree to "
        f"{PARITY_DIFFERENCE:.0e}, up to its sign, and each of dPCA, whose regularisation is chosen on random splits, "
        f"to correlate with |r| of {PARITY_CORRELATION} or more: {verdict}.</p>",
        details("Every component", table(parity, columns, source="parity_averages.csv")),
    ]


def _losses(losses: pd.DataFrame) -> Sequence[str]:
    if losses.empty:
        return ["<p class=absent>No training of this run has a published loss curve that is long enough.</p>"]
    verdict = "and they do" if losses_agree(losses) else "<strong>and they do not</strong>"
    means = "; ".join(
        f"{markup(method_name(row.method))} at step {row.step:,}, {row.curves} curves: {plain(row.difference, '+.3f')}"
        for row in mean_differences(losses).itertuples()
    )
    columns = [
        METHOD,
        Shown("recording", lambda row: RecordingName.parse(row.recording).title, text=True),
        Shown("seed", field("seed")),
        Shown("step", lambda row: f"{row.step:,}"),
        Shown("published", plain_cell("published")),
        Shown("ours", plain_cell("ours"), key=True),
        Shown("difference", plain_cell("difference", "+.3f")),
    ]
    return [
        "<p>The losses that the authors saved with their embeddings have to begin as ours do, in the mean over "
        f"recordings and seeds to {BOUND}, {verdict}. Ours minus published: {means}.</p>",
        details("Every curve", table(losses, columns, source="losses.csv")),
    ]


def _explained(summary: pd.DataFrame) -> str:
    accuracy = summary[summary["metric"] == "direction_accuracy"]
    return f"{accuracy['explained'].sum()} of {accuracy['cells'].sum()}"


# ---- Findings


def _findings(tables: Mapping[str, pd.DataFrame]) -> Sequence[str]:
    parts = ["<p>What is odd in the published analysis, each measured by this run.</p>"]
    for k, finding in enumerate(FINDINGS, start=1):
        parts += [f"<h3>{k}. {finding.title}</h3>", f"<p>{_code(finding.text)}</p>"]
        ((name, columns),) = finding.tables
        if tables[name].empty:
            parts.append(f"<p class=absent>Not run: it needs {_code(finding.needs)}.</p>")
        else:
            parts.append(table(tables[name], columns, source=f"{name}.csv"))
    return parts


def _code(text: str) -> str:
    """Text with `words` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


# ---- Provenance


def _provenance(tables: Mapping[str, pd.DataFrame]) -> Sequence[str]:
    jobs = tables["benchmarks"]
    fits = jobs[jobs["stage"] == "embed"]
    return [
        table(tables["facts"], [text("", "fact"), text("", "value")], source="facts.csv"),
        "<h3>What the jobs took</h3>",
        *(_costs(tables["stages"], fits) if len(jobs) else ["<p class=absent>No job was measured.</p>"]),
        "<h3>Inputs</h3>",
        details(
            f"{len(tables['recordings'])} recordings, and the git blob SHA-1 of their sources",
            table(
                tables["recordings"],
                [
                    text("recording"),
                    text("source"),
                    text("git blob SHA-1", "sha1"),
                    Shown("trials", field("trials")),
                ],
                source="../tables/recordings.csv",
            ),
        ),
        "<h3>Packages</h3>",
        details(
            f"{len(tables['versions'])} packages",
            table(tables["versions"], [text("package"), text("version")], source="versions.csv"),
        ),
    ]


def _costs(stages: pd.DataFrame, fits: pd.DataFrame) -> Sequence[str]:
    columns = [
        text("stage"),
        Shown("method", lambda row: method_name(row.method) if isinstance(row.method, str) else "", text=True),
        Shown("jobs", field("jobs")),
        Shown("wall time, s", plain_cell("seconds", ",.0f"), key=True),
        Shown("share, %", plain_cell("share", ".1f")),
        Shown("median job, s", plain_cell("median_seconds", ",.1f")),
        Shown("longest job, s", plain_cell("longest_seconds", ",.1f")),
        Shown("peak memory, MB", plain_cell("max_rss_mb", ",.0f")),
    ]
    each = [
        METHOD,
        Shown("recording", lambda row: RecordingName.parse(row.job).title, text=True),
        Shown("seed", plain_cell("seed", ".0f")),
        Shown("wall time, s", plain_cell("seconds", ",.1f"), key=True),
        Shown("processor time, s", plain_cell("cpu_seconds", ",.1f")),
        Shown("peak memory, MB", plain_cell("max_rss_mb", ",.0f"), key=True),
    ]
    return [
        "<p>Wall times of jobs, from Snakemake’s benchmarks, the costliest stage first; jobs that ran side by side "
        "count each. Jobs of other settings that left their benchmark in the folder count too.</p>",
        table(stages, columns, source="stages.csv; each job: ../benchmarks.csv"),
        details("Fit by fit", table(fits, each, source="../benchmarks.csv")),
    ]


# ---- The page


def report_page(tables: Mapping[str, pd.DataFrame]) -> str:
    """The verification report.

    Args:
        tables: by name, columns as TABLES says; empty ones stand for what a run lacks.

    Returns:
        An HTML page that needs nothing from elsewhere.
    """
    sections = [
        ("headlines", "The paper’s numbers", _headlines(tables)),
        ("published", "Published tables, value by value", _published(tables)),
        ("parity", "The authors’ embeddings, decoded here", _parity(tables)),
        ("findings", "Findings about the published analysis", _findings(tables)),
        ("provenance", "Provenance", _provenance(tables)),
    ]
    return page("Verification against the published tables", [_INTRODUCTION], sections)
