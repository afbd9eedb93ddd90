from job import job

with job(snakemake):
    import pandas as pd

    from ner.data.embeddings import PROTOCOLS, read_embedding
    from ner.decoding.within import decode_within
    from ner.storage.tables import write_csv

    decoded = [
        decode_within(
            {protocol: read_embedding(embedding, protocol) for protocol in PROTOCOLS},
            method=snakemake.wildcards.method,
            recording=snakemake.params.recording,
            seed=seed,
            fold=snakemake.params.fold,
            decoders=snakemake.params.decoders,
        )
        for seed, embedding in zip(snakemake.params.seeds, snakemake.input.embeddings, strict=True)
    ]
    tables = dict(zip(("metrics", "time", "null"), map(pd.concat, zip(*decoded, strict=True)), strict=True))
    for name, path in snakemake.output.items():
        write_csv(path, tables[name])
