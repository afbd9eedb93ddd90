from job import job

with job(snakemake):
    from ner.decoding.columns import ACROSS, WITHIN
    from ner.published.tables import PUBLISHED_ACROSS, PUBLISHED_WITHIN
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.compare import read_published_split
    from ner.verification.headlines import headlines

    table = headlines(
        read_csv(snakemake.input.published_within, PUBLISHED_WITHIN),
        read_csv(snakemake.input.published_across, PUBLISHED_ACROSS),
        read_published_split(snakemake.input.within, WITHIN),
        read_published_split(snakemake.input.across, ACROSS),
    )
    write_csv(snakemake.output[0], table)
