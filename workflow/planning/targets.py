"""Targets of a run that nothing makes: said in one line, before Snakemake asks who makes them."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path


def unknown_target(target: str, known: Iterable[str]) -> str:
    """The line of a target that no rule has as its name or makes; it offers those that look like it.

    Args:
        target: as it was given.
        known: names of rules, and files that they make.
    """
    near = difflib.get_close_matches(target, list(known), n=3, cutoff=0.7)
    remedy = f"did you mean {' or '.join(near)}?" if near else "snakemake --list-target-rules lists figures and others"
    return f"target: found {target!r}; expected a figure, another rule, or a file that a rule makes; {remedy}"


def check_targets(workflow, error: type[Exception]) -> None:
    """Have Snakemake refuse unknown targets.

    Args:
        workflow: Snakemake's, while it reads the Snakefile.
        error: what Snakemake raises for a run that cannot be.
    """
    build = workflow._build_dag

    def build_checked(*args, **options):
        rules = {rule.name: rule for rule in workflow.rules}
        for target in workflow.dag_settings.targets:
            forms = {str(target), os.path.relpath(target)}
            made = any(rule.is_producer(form) for rule in rules.values() for form in forms)
            if target not in rules and not made and not Path(target).exists():
                files = [str(file) for rule in rules.values() for file in rule.products() if "{" not in str(file)]
                raise error(unknown_target(str(target), [*rules, *files]))
        return build(*args, **options)

    workflow._build_dag = build_checked
