from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/step.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/embed.smk"
include: "workflow/rules/decode.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/across.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/describe.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/reuse.smk"


rule all:
    """Every figure that config names, what the recordings and the files are, and the verification where there is one."""
    default_target: True
    input:
        expand("<figures>/{figure}.pdf", figure=FIGURES),
        "<results>/tables/recordings.csv",
        "<results>/benchmarks.csv",
        "<results>/README.md",
        rules.across.input if GROUPS else [],
        rules.verify.input if RETRAINED_TABLES else [],


onstart:
    try:
        check_writable(config)
    except ConfigError as error:
        raise WorkflowError(str(error)) from None


onerror:
    tell_failures(log)
