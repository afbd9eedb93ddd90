from planning.tables import table_modules


rule results_readme:
    """What each file of this run is, its columns and their units."""
    input:
        library=library("report.outputs", *table_modules()),
    output:
        "<results>/README.md",
    log:
        "<logs>/results_readme.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        outputs=outputs_of_rules,
        tables=table_modules(),
    script:
        "../scripts/results_readme.py"
