from job import job

with job(snakemake):
    from ner.data.embeddings import read_embedding
    from ner.decoding.few_trials import few_trials
    from ner.storage.tables import write_csv

    files = zip(snakemake.params.recordings, snakemake.input.embeddings, strict=True)
    table = few_trials(
        {name: read_embedding(path, "strict") for name, path in files},
        method=snakemake.wildcards.method,
        group=snakemake.params.group,
        seed=int(snakemake.wildcards.seed),
        fold=snakemake.params.fold,
        protocols=snakemake.params.protocols,
        decoders=snakemake.params.decoders,
        counts=snakemake.params.few_trials["trials"],
        draws=snakemake.params.few_trials["draws"],
    )
    write_csv(snakemake.output[0], table)
