from planning import terminal
from planning.targets import check_targets

if workflow.is_main_process and workflow.modifier.is_main_snakefile():
    check_targets(workflow, WorkflowError)

# Runs of other workflows that use this one as a module keep their messages, and so does who asks for more or for less.
if (
    workflow.is_main_process
    and Path(workflow.main_snakefile).resolve() == WORKFLOW.parent / "Snakefile"
    and not (SAYING.dryrun or SAYING.verbose or SAYING.printshellcmds or SAYING.quiet)
):
    terminal.shorten(logger, FOLDERS["logs"])
