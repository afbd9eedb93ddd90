POSITIVES = config["verification"]["findings"]["velocity_positives"]
# The authors saved the loss curves of NER and CEBRA; those of what this run trains.
PUBLISHED_LOSSES = [
    found
    for found in PARITY_EMBEDDINGS
    if found.method in {"ner", "cebra"}.intersection(COMPARE) and found.recording in RECORDINGS
]
