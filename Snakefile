from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/embed.smk"
include: "workflow/rules/decode.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/figures.smk"


rule all:
    """Every figure of the paper that config asks for, and the verification."""
    default_target: True
    input:
        expand("<figures>/{figure}.pdf", figure=FIGURES),
        "<results>/verification/retrained_within.csv",
