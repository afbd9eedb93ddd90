from job import job

with job(snakemake):
    from ner.data.embeddings import read_embedding
    from ner.decoding.across import decode_across
    from ner.decoding.protocols import PROTOCOLS
    from ner.storage.tables import write_csv

    files = dict(zip(snakemake.params.recordings, snakemake.input.embeddings, strict=True))
    metrics, time, null = decode_across(
        {
            protocol: {name: read_embedding(path, PROTOCOLS[protocol].coordinates) for name, path in files.items()}
            for protocol in snakemake.params.protocols
        },
        method=snakemake.wildcards.method,
        group=snakemake.params.group,
        seed=int(snakemake.wildcards.seed),
        fold=snakemake.params.fold,
        decoders=snakemake.params.decoders,
    )
    write_csv(snakemake.output.metrics, metrics)
    write_csv(snakemake.output.time, time)
    write_csv(snakemake.output.null, null)
