from planning.reuse import Comparison
from ner.data.upstream import local_hashes
from ner.storage.integrity import Ledger

# Jobs that run elsewhere were decided on by the main process.
if workflow.is_main_process:
    Comparison(Ledger(FOLDERS["results"], local_hashes(UPSTREAM.values())), logger.warning, WorkflowError).take_part(
        workflow
    )
