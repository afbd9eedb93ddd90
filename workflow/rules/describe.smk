use rule step as results_readme with:
    """What each file of this run is, its columns and their units."""
    output:
        "<results>/README.md",
    pathvars:
        job="results_readme",
    localrule: True
    params:
        **made_by("results_readme"),
        outputs=outputs_of_rules,
