POSITIVES = config["verification"]["findings"]["velocity_positives"]
# Recordings of this run whose direction labels are turned, and the degrees that turn them back.
TURNED = {
    name: degrees
    for session, degrees in config["verification"]["findings"]["turned_labels"].items()
    for name, entry in RECORDINGS.items()
    # Folds are not held against the paper.
    if entry["session"] == session and not PLAN.folds
}


use rule step as decode_turned_back with:
    """Decode a group again, with the labels of its turned recordings turned back."""
    input:
        embeddings=group_embeddings,
    output:
        "<results>/decoding/turned_back/{method}/{group}/seed{seed}.csv",
    pathvars:
        job="decode_turned_back/{method}/{group}/seed{seed}",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        **made_by("decode_turned_back"),
        recordings=group_recordings,
        decoders=across_decoders,
        degrees=lambda wildcards: {name: TURNED.get(name, 0) for name in group_recordings(wildcards)},
