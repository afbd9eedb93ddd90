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

    def figure(name, kind):
        files = outputs(name, kind).values()
        return kinds.kind(kind).__doc__.strip(), [f"{FOLDERS['figures']}/{file}" for file in files]

    return {
        "recordings": list(RECORDINGS),
        "simulated": SIMULATED,
        "methods": COMPARE,
        "seeds": SEEDS,
        "figures": {name: figure(name, entry["kind"]) for name, entry in FIGURES.items()},
        "undrawn": UNDRAWN,
        "trainings": TRAININGS,
        "benchmarks": FOLDERS["benchmarks"],
    }


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
