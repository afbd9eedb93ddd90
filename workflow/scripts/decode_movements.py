from job import job

with job(snakemake):
    from ner.data.embeddings import read_embedding
    from ner.decoding.decode import decode
    from ner.decoding.movements import write_movements

    of = snakemake.wildcards
    embedding = read_embedding(snakemake.input.embedding, of.protocol)
    write_movements(snakemake.output[0], embedding, decode(embedding, snakemake.params.decoders[of.decoder]))
