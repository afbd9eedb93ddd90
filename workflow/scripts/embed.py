from job import job

with job(snakemake):
    from ner import methods
    from ner.embeddings import write_embedding
    from ner.files import atomic
    from ner.recordings import read_recording

    recording = read_recording(snakemake.input.recording)
    settings = dict(snakemake.params.settings)
    module = settings.pop("module")
    seed = int(snakemake.wildcards.seed)
    fit = methods.fit(module, recording, settings, seed=seed, device=snakemake.params.device)
    with atomic(snakemake.output.history) as path:
        fit.history.to_csv(path, index=False)
    write_embedding(
        snakemake.output.embedding,
        recording,
        fit.coordinates,
        fit.strict,
        {"method": snakemake.wildcards.method, "module": module, "seed": seed, "settings": settings},
    )
