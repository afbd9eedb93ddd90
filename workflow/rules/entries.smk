from ner.figures.kinds import registry as kinds
from planning.figures import outputs, taken_name

FIGURES_PLAN = run_plan(
    config, {"within": PUBLISHED.within, "across": list(PUBLISHED.across.values()), "curved": [PRINTED_CURVED]}
)


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
        if figure in UNSHOWN:
            raise WorkflowError(f"figure {figure}: {UNSHOWN[figure]}; name other recordings in figures.{figure}")
        if figure in UNDRAWN:
            raise WorkflowError(
                f"figure {figure}: {UNDRAWN[figure]}; add to `recordings`, or name others in figures.{figure}"
            )
        return f"<figures>/{figure}.pdf"

    return file
