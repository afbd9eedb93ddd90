from job import job

with job(snakemake):
    from ner.data.embeddings import PROTOCOLS, read_embedding
    from ner.decoding.within import decode_within
    from ner.storage.tables import write_csv

    metrics, time, null = decode_within(
        {protocol: read_embedding(snakemake.input.embedding, protocol) for protocol in PROTOCOLS},
        method=snakemake.wildcards.method,
        recording=snakemake.wildcards.recording,
        seed=int(snakemake.wildcards.seed),
        decoders=snakemake.params.decoders,
    )
    write_csv(snakemake.output.metrics, metrics)
    write_csv(snakemake.output.time, time)
    write_csv(snakemake.output.null, null)
