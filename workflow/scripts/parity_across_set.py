from job import job

with job(snakemake):
    from ner.published.tables import PUBLISHED_ACROSS, read_published_embedding
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.parity_across import parity_across

    of = snakemake.params.settings
    published = read_csv(snakemake.input.published, PUBLISHED_ACROSS)
    for column in ("figure", "method", "decoder"):
        published = published[published[column] == of[column]]
    embeddings = {
        recording: read_published_embedding(path, recording, of["method"])
        for recording, path in zip(of["recordings"], snakemake.input.embeddings, strict=True)
    }
    table = parity_across(
        of["name"],
        embeddings,
        published,
        method=of["method"],
        decoder=of["decoder"],
        settings=of["settings"],
    )
    write_csv(snakemake.output[0], table)
