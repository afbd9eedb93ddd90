"""What methods, metrics and figures may need of a task, and recordings may lack."""

#: Trials are of some kinds, over which they are averaged and which decoders tell apart: directions, unless config names
#: others.
CONDITIONS = "conditions"
#: Each trial has the direction of its target.
DIRECTIONS = "directions"
#: All trials have as many bins.
EQUAL_TRIALS = "trials of one length"
