from ner.figures.kinds import registry as kinds
from planning.tables import table_modules

TABLE_MODULES = table_modules()


def run_asked_for(wildcards):
    """What this run was asked for, as its first page says it."""

    return {
        "recordings": list(RECORDINGS),
        "simulated": SIMULATED,
        "methods": COMPARE,
        "seeds": SEEDS,
        "folds": split_text(config) if PLAN.folds else "",
        "figures": {name: kinds.kind(entry["kind"]).__doc__.strip() for name, entry in FIGURES.items()},
        "figure_folder": FOLDERS["figures"],
        "undrawn": UNDRAWN | UNSHOWN,
        "trainings": TRAININGS,
        "benchmarks": FOLDERS["benchmarks"],
        "jobs": MEASURED,
    }


def write_first_page():
    """The first page of a run that failed: what there is, and what failed."""
    from ner.report.index import Run, write_index
    from ner.report.outputs import tables_of

    if workflow.is_main_process:
        run, failures = Run(**run_asked_for(None)), noted_failures(FOLDERS["logs"])
        write_index(f"{FOLDERS['results']}/index.html", run, tables_of(TABLE_MODULES), failures)
