FINDINGS = config["verification"]["findings"]
POSITIVES, WIDTH = FINDINGS["velocity_positives"], FINDINGS["encoder_width"]
# Published loss curves of recordings of this run, and ours to hold against them: published method, recording, method.
LOSSES = [found for found in PARITY_EMBEDDINGS if found.method in WIDTH["methods"] and found.recording in RECORDINGS]
CURVES = [
    (found.method, found.recording, method)
    for found in LOSSES
    for method in (
        [found.method] * (found.method in COMPARE)
        + [WIDTH["methods"][found.method]] * (found.recording in WIDTH["recordings"])
    )
]


def hidden_units(method):
    """Units of a method's hidden layers, e.g. 32-32-16."""
    return "-".join(map(str, method_settings(config, method)["hidden_units"]))
