from job import job

with job(snakemake):
    from ner.data.embeddings import read_embedding
    from ner.data.recordings import read_recording
    from ner.storage.tables import write_csv
    from ner.verification.layout_choice import layout_choice

    table = layout_choice(
        read_recording(snakemake.input.recording),
        read_embedding(snakemake.input.embedding),
        method=snakemake.wildcards.method,
        settings=snakemake.params.settings,
        decoders={"linear": snakemake.params.decoder},
    )
    write_csv(snakemake.output[0], table)
