from job import job

with job(snakemake):
    from ner.data.embeddings import PROTOCOLS, read_embedding
    from ner.decoding.decode import by_protocol, decode
    from ner.decoding.movements import write_movements

    (decoder,) = snakemake.params.decoders.values()
    embeddings = {protocol: read_embedding(snakemake.input.embedding, protocol) for protocol in PROTOCOLS}
    decoded = by_protocol(embeddings, lambda embedding: decode(embedding, decoder))
    for protocol, path in snakemake.output.items():
        write_movements(path, embeddings[protocol], decoded[protocol])
