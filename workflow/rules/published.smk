from ner.published.catalogue import PRINTED, PRINTED_CURVED, across_set
from planning.published import published_plan

try:
    PUBLISHED = published_plan(config, UPSTREAM, RECORDINGS, set().union(*PLAN.across.values()))
except ConfigError as error:
    raise WorkflowError(str(error)) from None
