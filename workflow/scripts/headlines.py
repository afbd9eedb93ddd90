from job import job

with job(snakemake):
    from ner.decoding.columns import ACROSS, WITHIN
    from ner.published.tables import published_across, published_within
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.headlines import headlines

    files = dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True))
    table = headlines(
        published_within(files)[0],
        published_across(files)[0],
        read_csv(snakemake.input.within, WITHIN),
        read_csv(snakemake.input.across, ACROSS),
    )
    write_csv(snakemake.output[0], table)
