from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

OWN_CONFIG = Path(str(workflow.current_basedir), "config.yaml")


# A run's own config.yaml, where it runs; the one beside this file where there is none, and for other workflows.
RUNS_HERE = workflow.modifier.is_main_snakefile() and Path("config.yaml").exists()


configfile: "config.yaml" if RUNS_HERE else str(OWN_CONFIG)


include: "workflow/rules/common.smk"
include: "workflow/rules/step.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/embed.smk"
include: "workflow/rules/decode.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/across.smk"
include: "workflow/rules/consistency.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/describe.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/reuse.smk"
include: "workflow/rules/terminal.smk"


rule all:
    """Every figure that config names, what the recordings and the files are, and the verification where there is one."""
    default_target: True
    input:
        expand("<figures>/{figure}.pdf", figure=FIGURES),
        "<results>/tables/recordings.csv",
        rules.within_table.output,
        rules.within_time_table.output,
        rules.within_null_table.output,
        "<results>/benchmarks.csv",
        "<results>/README.md",
        "<results>/index.html",
        rules.across.input if GROUPS else [],
        rules.consistency_table.output if CONSISTENCY_FILES else [],
        rules.verify.input if PUBLISHED.within_held else [],


include: "workflow/rules/archive.smk"


onstart:
    forget_failures(FOLDERS["logs"])
    try:
        check_cluster(workflow.executor_plugin.name)
        check_writable(FOLDERS, [path for job in workflow.dag.needrun_jobs() for path in job.products()])
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    if workflow.executor_plugin.name == "local":
        # Its limit of 100 jobs a second makes Snakemake look at all ready jobs again a second after each look, for
        # every job that has ended: with hundreds ready, a fifth of a core.
        workflow.scheduler.job_rate_limiter = None


onerror:
    tell_failures(FOLDERS["logs"])
    write_first_page()
