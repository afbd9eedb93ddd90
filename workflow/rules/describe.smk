include: "first_page.smk"


use rule step as results_readme with:
    """What each file of this run is, its columns and their units."""
    output:
        "<results>/README.md",
    pathvars:
        job="results_readme",
    localrule: True
    params:
        **made_by("results_readme", *TABLE_MODULES),
        outputs=outputs_of_rules,
        tables=TABLE_MODULES,


use rule step as index with:
    """The first page to open: figures, pages and tables, what ran, and what is missing."""
    input:
        expand("<figures>/{figure}.png", figure=FIGURES),
        "<results>/benchmarks.csv",
        "<results>/README.md",
        rules.across.input if GROUPS else [],
        rules.verify.input if PUBLISHED.within_held else [],
    output:
        "<results>/index.html",
    pathvars:
        job="index",
    localrule: True
    params:
        **made_by("index", *TABLE_MODULES),
        run=run_asked_for,
        tables=TABLE_MODULES,
