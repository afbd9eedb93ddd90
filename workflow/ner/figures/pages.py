"""Filling the page templates of this folder: one self-contained HTML file each, which loads nothing."""

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def as_json(content: object) -> Markup:
    """Data for a script element; nothing in it can end the element."""
    return Markup(json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c"))


def include_file(name: str) -> Markup:
    """A style sheet or script of this folder, as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def render(template: str, **context: object) -> str:
    """Fill a template.

    Args:
        template: file name in the folder of templates.
        context: what it shows; texts are escaped, Markup is not.

    Raises:
        jinja2.UndefinedError: if the template asks for what is not given.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"as_json": as_json, "include_file": include_file}
    return environment.get_template(template).render(context)
