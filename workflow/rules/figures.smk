from ner.figures.kinds import registry as kinds
from planning.figures import outputs, taken_name

FIGURES_PLAN = run_plan(config, {"within": PARITY_TABLES, "across": list(ACROSS_TABLES.values())})


def figure_inputs(wildcards):
    """What the notebook of a figure reads, by parameter."""
    entry = FIGURES[wildcards.figure]
    return kinds.kind(entry["kind"]).inputs(entry, FIGURES_PLAN)


def figure_parameters(wildcards):
    """The other parameters of the notebook of a figure."""
    entry = FIGURES[wildcards.figure]
    return kinds.kind(entry["kind"]).parameters(entry, FIGURES_PLAN)


def figure_entry(wildcards):
    """A figure's entry of config, with all its settings."""
    return FIGURES[wildcards.figure]


def figure_outputs(kind):
    """The files that figures of a kind leave; the figure and its page are part of the report."""
    files = {name: f"<figures>/{path}" for name, path in outputs("{figure}", kind).items()}
    for name in ("pdf", "png", "page" if "page" in files else "html"):
        files[name] = report(
            files[name],
            caption=f"../report/{kind}.rst",
            category="Figures",
            labels={"figure": "{figure}", "form": "page" if name in ("page", "html") else name},
        )
    return files


def figure_file(figure):
    """What a figure's target asks for; a figure that this run lacks recordings of is refused."""

    def file(wildcards):
        if figure in UNDRAWN:
            raise WorkflowError(
                f"figure {figure}: {UNDRAWN[figure]}; add to `recordings`, or name others in figures.{figure}"
            )
        return f"<figures>/{figure}.pdf"

    return file


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
            mem_mb=lambda wildcards, attempt: 4000 * attempt,
            runtime=lambda wildcards, attempt: 30 * attempt,
        params:
            **made_by("draw", notebook=kind),
            results=lambda wildcards, output: FOLDERS["results"],
            entry=figure_entry,
            parameters=figure_parameters,
        script:
            "../scripts/draw.py"


for figure in figures(config):
    if figure == "all" or figure in {made_by.name for made_by in workflow.rules}:
        raise WorkflowError(taken_name(figure))

    rule:
        name:
            figure
        input:
            figure_file(figure),
        localrule: True
