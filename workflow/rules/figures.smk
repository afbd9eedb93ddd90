include: "entries.smk"


for kind in kinds.module_names():

    rule:
        name:
            f"draw_{kind}"
        input:
            unpack(figure_inputs),
        output:
            **figure_outputs(kind),
        log:
            "<logs>/figures/{figure}.log",
            notebook="<logs>/figures/{figure}.ipynb",
        benchmark:
            "<benchmarks>/figures/{figure}.tsv"
        wildcard_constraints:
            # None is of a kind that no figure has.
            figure="|".join(figure for figure, entry in FIGURES.items() if entry["kind"] == kind) or "(?!)",
        conda:
            "../../envs/ner.yaml"
        threads: 1
        resources:
            mem_mb=lambda wildcards, attempt: 1500 * attempt,
            runtime=lambda wildcards, attempt: 30 * attempt,
        params:
            **made_by("draw", notebook=kind),
            results=lambda wildcards, output: FOLDERS["results"],
            logs=lambda wildcards, output: FOLDERS["logs"],
            entry=figure_entry,
            parameters=figure_parameters,
        script:
            "../scripts/draw.py"


for figure in figures(config):
    if figure == "all" or figure in {other.name for other in workflow.rules}:
        raise WorkflowError(taken_name(figure))

    rule:
        name:
            figure
        input:
            figure_file(figure),
        localrule: True
