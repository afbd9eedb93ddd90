from planning.tables import table_modules


use rule step as results_readme with:
    """What each file of this run is, its columns and their units."""
    output:
        "<results>/README.md",
    pathvars:
        job="results_readme",
    localrule: True
    params:
        **made_by("results_readme", *table_modules()),
        outputs=outputs_of_rules,
        tables=table_modules(),


def run_asked_for(wildcards):
    """What this run was asked for, as its first page says it."""
    return {
        "recordings": list(RECORDINGS),
        "simulated": SIMULATED,
        "methods": COMPARE,
        "seeds": SEEDS,
        "figures": {name: kinds.kind(entry["kind"]).__doc__.strip() for name, entry in FIGURES.items()},
        "figure_folder": FOLDERS["figures"],
        "undrawn": UNDRAWN,
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
        write_index(f"{FOLDERS['results']}/index.html", run, tables_of(table_modules()), failures)


use rule step as index with:
    """The first page to open: figures, pages and tables, what ran, and what is missing."""
    input:
        expand("<figures>/{figure}.png", figure=FIGURES),
        "<results>/benchmarks.csv",
        "<results>/README.md",
        rules.across.input if GROUPS else [],
        rules.verify.input if RETRAINED_TABLES else [],
    output:
        "<results>/index.html",
    pathvars:
        job="index",
    localrule: True
    params:
        **made_by("index", *table_modules()),
        run=run_asked_for,
        tables=table_modules(),
