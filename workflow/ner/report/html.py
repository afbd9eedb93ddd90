"""Pieces of HTML: a page that needs nothing from elsewhere, and tables to read and to print."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

_STYLE = """
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; color: #1c2430; margin: 2.5em auto;
  max-width: 84em; padding: 0 1.5em; }
h1 { font-size: 1.6em; margin: 0 0 .2em; }
h2 { font-size: 1.25em; margin: 2.4em 0 .4em; border-bottom: 1px solid #c9d1db; padding-bottom: .2em; }
h3 { font-size: 1em; margin: 1.8em 0 .4em; }
p { max-width: 60em; margin: .5em 0; }
nav { margin: .8em 0; }
nav a { margin-right: 1.4em; color: #0b5fa5; text-decoration: none; white-space: nowrap; }
button { font: inherit; font-size: .9em; padding: .1em .7em; }
details { margin: .4em 0; }
summary { cursor: pointer; }
.wide { overflow-x: auto; margin: .6em 0 1em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; caption-side: bottom; color: #566273; font-size: .86em; padding-top: .3em; }
th, td { padding: .18em .7em; text-align: right; white-space: nowrap; vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid #8793a3; vertical-align: bottom; white-space: normal; max-width: 9em; }
td { border-bottom: 1px solid #e6eaef; }
th.text, td.text { text-align: left; }
th.group { text-align: center; border-bottom: none; }
td.key, th.key { background: #f3f6f9; font-weight: 600; }
small { color: #566273; font-size: .86em; }
.dense { font-size: .86em; }
.dense th, .dense td { padding: .15em .45em; }
.matrix td { text-align: center; line-height: 1.25; }
.matrix th { text-align: center; white-space: nowrap; }
.matrix th.text { text-align: left; border-bottom: 1px solid #e6eaef; }
.differs { background: #fbdcd7; }
.within-seed-spread { background: #fdf1cf; }
.met { background: #e7f3e8; }
.not-run { color: #7b8694; }
.absent { color: #7b8694; font-style: italic; }
@page { size: A4 landscape; margin: 13mm; }
@media print {
  body { margin: 0; max-width: none; font-size: 8.5pt; padding: 0; }
  .wide { overflow: visible; }
  button { display: none; }
  h2, h3, summary { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_TOGGLE = (
    "<button onclick=\"const all = [...document.querySelectorAll('details')], open = all.some(one => !one.open); "
    'all.forEach(one => one.open = open)">open or close all tables</button>'
)


@dataclass(frozen=True)
class Shown:
    """A column as a page shows it.

    Attributes:
        title: its head.
        cell: what stands in a row, from the row of `DataFrame.itertuples`; a string that is HTML already, or a value.
        text: whether it is text, to stand on the left.
        key: whether it is the column to look at.
    """

    title: str
    cell: Callable[[object], object]
    text: bool = False
    key: bool = False


class Markup(str):
    """A string that is HTML already and is not escaped."""


def markup(content: object) -> str:
    """HTML of a value: as it is if it is Markup, else escaped; nothing for what is missing."""
    if isinstance(content, Markup):
        return content
    return "" if content is None or content is pd.NA or content != content else escape(str(content))


def field(name: str) -> Callable[[object], object]:
    """The cell of a column that is shown as it is."""
    return lambda row: getattr(row, name)


def table(
    frame: pd.DataFrame, columns: Sequence[Shown], *, source: str = "", classes: Callable[[object], str] | None = None
) -> str:
    """A table of HTML.

    Args:
        frame: its rows.
        columns: its columns.
        source: file that holds the table, told below it.
        classes: of a row's cells: HTML class from the row; none unless given.
    """
    head = "".join(f"<th{_style(column)}>{escape(column.title)}</th>" for column in columns)
    rows = []
    for row in frame.itertuples():
        extra = classes(row) if classes else ""
        rows.append("".join(f"<td{_style(column, extra)}>{markup(column.cell(row))}</td>" for column in columns))
    return grid(f"<tr>{head}</tr>", (f"<tr>{row}</tr>" for row in rows), source=source)


def _style(column: Shown, extra: str = "") -> str:
    found = " ".join(filter(None, ["text" * column.text, "key" * column.key, extra]))
    return f' class="{found}"' if found else ""


def grid(head: str, rows: Iterable[str], *, source: str = "", style: str = "") -> str:
    """A table of HTML, from its head and rows.

    Args:
        head: its rows of heads.
        rows: its rows.
        source: file that holds the table, told below it.
        style: HTML classes besides the usual one.
    """
    caption = f"<caption>{escape(source)}</caption>\n" if source else ""
    body = "\n".join(rows)
    return (
        f'<div class="{" ".join(filter(None, ["wide", style]))}"><table>\n{caption}<thead>{head}</thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def details(summary: str, *content: str) -> str:
    """Content that a reader opens.

    Args:
        summary: HTML of the line that opens it.
        content: HTML.
    """
    return "\n".join([f"<details><summary>{summary}</summary>", *content, "</details>"])


def page(title: str, introduction: Sequence[str], sections: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """A page of HTML that needs nothing from elsewhere.

    Args:
        title: of the page.
        introduction: HTML that stands under it.
        sections: name in the page's address, title and HTML of each.
    """
    links = " ".join(f'<a href="#{name}">{escape(heading)}</a>' for name, heading, _ in sections)
    body = [f"<h1>{escape(title)}</h1>", *introduction, f"<nav>{links} {_TOGGLE}</nav>"]
    for name, heading, content in sections:
        body += [f'<h2 id="{name}">{escape(heading)}</h2>', *content]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )
