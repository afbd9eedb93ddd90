from job import job

with job(snakemake):
    from ner.data.embeddings import PROTOCOLS, read_embedding
    from ner.decoding.within import decode_within
    from ner.storage.tables import write_csv

    made = snakemake.output
    files = zip(snakemake.params.seeds, snakemake.input.embeddings, made.metrics, made.time, made.null, strict=True)
    for seed, embedding, *paths in files:
        tables = decode_within(
            {protocol: read_embedding(embedding, protocol) for protocol in PROTOCOLS},
            method=snakemake.wildcards.method,
            recording=snakemake.params.recording,
            seed=seed,
            fold=snakemake.params.fold,
            decoders=snakemake.params.decoders,
        )
        for path, table in zip(paths, tables, strict=True):
            write_csv(path, table)
