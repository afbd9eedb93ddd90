"""The comparisons within recordings as one page of HTML, to read and to print."""

from collections.abc import Iterable, Sequence
from html import escape

import pandas as pd

from ner.decoding.within import PARTS
from ner.metrics import METRICS
from ner.verification import PARITY_R2, VERDICTS, outside

_TITLES = {"velocity_r2": "velocity R²", "position_r2": "position R²", "direction_accuracy": "direction, %"}
_MARKS = {"met": "", "within seed spread": "~", "differs": "✗", "not run": ""}
_STYLE = """
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; color: #1c2430; margin: 2.5em auto;
  max-width: 78em; padding: 0 1.5em; }
h1 { font-size: 1.6em; margin: 0 0 .2em; }
h2 { font-size: 1.2em; margin: 2.2em 0 .4em; border-bottom: 1px solid #c9d1db; padding-bottom: .2em; }
h3 { font-size: 1em; margin: 1.6em 0 .4em; }
p { max-width: 56em; margin: .5em 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6em 0 1em; }
th, td { padding: .18em .7em; text-align: right; white-space: nowrap; }
th { font-weight: 600; border-bottom: 1px solid #8793a3; vertical-align: bottom; }
td { border-bottom: 1px solid #e6eaef; }
th.text, td.text { text-align: left; }
th.group { text-align: center; border-bottom: none; }
small { color: #566273; font-size: .86em; }
.dense { font-size: .88em; }
.dense th, .dense td { padding: .18em .5em; }
.differs { background: #fbdcd7; }
.within-seed-spread { background: #fdf1cf; }
@page { size: A4 landscape; margin: 14mm; }
@media print {
  body { margin: 0; max-width: none; font-size: 9pt; padding: 0; }
  .wide { overflow: visible; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .differs, .within-seed-spread { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def verification_page(parity: pd.DataFrame, retrained: pd.DataFrame) -> str:
    """Summarise both comparisons within recordings.

    Args:
        parity: columns verification.PARITY_WITHIN.
        retrained: columns verification.RETRAINED_WITHIN.

    Returns:
        An HTML page that needs nothing from elsewhere.
    """
    body = [
        "<h1>Decoding within recordings, held against the published tables</h1>",
        "<p>Linear decoders are fitted on a recording’s train part and scored on the train and the test part, as "
        "published. On the test part the published velocity R² has its arguments swapped, "
        "<code>r2_score(prediction, truth)</code>, and so have the values here; it has no lower bound.</p>",
        "<h2>The authors’ embeddings, decoded here</h2>",
        *_parity(parity),
        "<h2>Embeddings of this run</h2>",
        *_retrained(retrained),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Verification within recordings</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _table(head: str, rows: Iterable[str], style: str = "wide") -> str:
    body = "\n".join(rows)
    return f'<div class="{style}"><table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table></div>'


def _head(*columns: str, text: int = 1) -> str:
    cells = (f"<th{' class=text' if k < text else ''}>{escape(column)}</th>" for k, column in enumerate(columns))
    return f"<tr>{''.join(cells)}</tr>"


def _row(*cells: object, text: int = 1) -> str:
    inner = (f"<td{' class=text' if k < text else ''}>{escape(str(cell))}</td>" for k, cell in enumerate(cells))
    return f"<tr>{''.join(inner)}</tr>"


def _value(metric: str, value: float) -> str:
    if pd.isna(value):
        return "–"
    shown = f"{value:.1f}" if metric == "direction_accuracy" else f"{value:.3f}"
    return shown.replace("-", "−")


def _difference(metric: str, value: float) -> str:
    if pd.isna(value):
        return "–"
    if metric == "direction_accuracy":
        return f"{value:.2f} points"
    return f"{value:.1e}" if value else "0"


def _parity(parity: pd.DataFrame) -> Sequence[str]:
    if parity.empty:
        return ["<p>No published embedding was available.</p>"]
    too_far = outside(parity)
    verdict = "all of them do" if not too_far.any() else f"<strong>{too_far.sum()} do not</strong>"
    summary = [
        _row(
            method,
            rows["recording"].nunique(),
            len(rows),
            *(_difference(metric, rows.loc[rows.metric == metric, "difference"].abs().max()) for metric in METRICS),
            too_far[rows.index].sum(),
        )
        for method, rows in parity.groupby("method", sort=False)
    ]
    each = [
        _row(method, recording, *(_difference(metric, largest[metric]) for metric in METRICS), text=2)
        for (method, recording), largest in parity.assign(difference=parity.difference.abs())
        .pivot_table(index=["method", "recording"], columns="metric", values="difference", aggfunc="max")
        .iterrows()
    ]
    titles = [_TITLES[metric].removesuffix(", %") for metric in METRICS]
    return [
        f"<p>{len(parity)} published values were decoded again from the authors’ own embeddings. Each R² has to agree "
        f"to {PARITY_R2:.6f} and each direction accuracy to one trial (versions of the logistic regression differ by "
        f"as much): {verdict}.</p>",
        "<h3>Largest absolute differences, by method</h3>",
        _table(_head("method", "recordings", "values", *titles, "beyond the bound"), summary),
        "<h3>By recording</h3>",
        _table(_head("method", "recording", *titles, text=2), each),
    ]


def _retrained(retrained: pd.DataFrame) -> Sequence[str]:
    if retrained.empty:
        return ["<p>None of this run’s recordings has a published value.</p>"]
    run = retrained[retrained.verdict != "not run"]
    counts = retrained["verdict"].value_counts()
    told = ", ".join(f"{counts.get(verdict, 0)} {verdict}" for verdict in VERDICTS)
    absent = [
        f"{method}: {recordings} of {total} recordings"
        for method, rows in retrained.groupby("method")
        if (recordings := rows.loc[rows.verdict == "not run", "recording"].nunique())
        and (total := rows["recording"].nunique())
    ]
    parts = [
        f"<p>{len(retrained)} published values: <strong>{told}</strong>. A value is met if the mean over seeds lies "
        "within the tolerance of the published one; it is within seed spread if the published one, itself a single "
        "run, lies as near our mean as further seeds would. Tolerances come from the configuration; that of the "
        "swapped velocity R² <i>s</i> is the test part’s for R², times (2 − <i>s</i>)².</p>"
    ]
    if absent:
        parts.append(f"<p>Not run: {escape('; '.join(absent))}.</p>")
    if run.empty:
        return parts
    parts += ["<h3>Medians over the recordings that were run</h3>", _summary(run)]
    differing = run[run.verdict == "differs"]
    if len(differing):
        parts += ["<h3>Values that differ</h3>", _differing(differing)]
    for method, rows in run.groupby("method", sort=False):
        parts += [f"<h3>{escape(str(method))}: published → ours (± SD over seeds)</h3>", _recordings(rows)]
    parts.append(
        "<p><small>Shaded: <span class=differs>✗ differs</span>, <span class=within-seed-spread>~ within seed spread"
        "</span>; the others are met.</small></p>"
    )
    return parts


def _summary(run: pd.DataFrame) -> str:
    rows = []
    for (method, part, metric), values in run.groupby(["method", "part", "metric"], sort=False):
        counts = values["verdict"].value_counts()
        rows.append(
            _row(
                method,
                part,
                _TITLES[metric],
                len(values),
                _value(metric, values.published.median()),
                _value(metric, values.ours_mean.median()),
                _value(metric, values.difference.abs().median()),
                *(counts.get(verdict, 0) for verdict in VERDICTS[:3]),
                text=3,
            )
        )
    head = _head(
        *("method", "part", "metric", "recordings", "published", "ours", "absolute difference", *VERDICTS[:3]), text=3
    )
    return _table(head, rows)


def _differing(rows: pd.DataFrame) -> str:
    cells = (
        _row(
            row.method,
            row.recording,
            row.part,
            _TITLES[row.metric],
            _value(row.metric, row.published),
            _value(row.metric, row.ours_mean),
            _value(row.metric, row.ours_sd),
            row.seeds,
            _value(row.metric, row.difference),
            _value(row.metric, row.tolerance),
            text=4,
        )
        for row in rows.itertuples()
    )
    head = _head(
        *("method", "recording", "part", "metric", "published", "ours", "SD", "seeds", "difference", "tolerance"),
        text=4,
    )
    return _table(head, cells)


def _recordings(rows: pd.DataFrame) -> str:
    lines = []
    for recording, values in rows.groupby("recording", sort=False):
        cells = {(row.part, row.metric): row for row in values.itertuples()}
        line = "".join(_cell(cells.get((part, metric))) for part in PARTS for metric in METRICS)
        lines.append(f"<tr><td class=text>{escape(str(recording))}</td>{line}</tr>")
    groups = "".join(f'<th class=group colspan="{len(METRICS)}">{part}</th>' for part in PARTS)
    head = f"<tr><th class=group></th>{groups}</tr>" + _head(
        "recording", *(_TITLES[metric] for _ in PARTS for metric in METRICS)
    )
    return _table(head, lines, "wide dense")


def _cell(row) -> str:
    if row is None:
        return "<td></td>"
    sd = "" if pd.isna(row.ours_sd) else f" <small>± {_value(row.metric, row.ours_sd)}</small>"
    mark = f" {_MARKS[row.verdict]}" if _MARKS[row.verdict] else ""
    shown = f"{_value(row.metric, row.published)} → {_value(row.metric, row.ours_mean)}{sd}{mark}"
    return f'<td class="{row.verdict.replace(" ", "-")}">{shown}</td>'
