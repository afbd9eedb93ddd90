from job import job

with job(snakemake):
    from ner.columns import ACROSS, WITHIN
    from ner.published import published_across, published_within
    from ner.report.headlines import headlines
    from ner.tables import read_csv, write_csv

    files = dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True))
    table = headlines(
        published_within(files)[0],
        published_across(files)[0],
        read_csv(snakemake.input.within, WITHIN),
        read_csv(snakemake.input.across, ACROSS),
    )
    write_csv(snakemake.output[0], table)
