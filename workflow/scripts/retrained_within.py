from job import job

with job(snakemake):
    from ner.decoding.columns import WITHIN
    from ner.published.tables import PUBLISHED_WITHIN
    from ner.storage.tables import read_csv, read_csvs, write_csv
    from ner.verification.compare import read_published_split
    from ner.verification.layout_choice import LAYOUT_CHOICE
    from ner.verification.retrained_within import retrained_medians, retrained_within

    published = read_csv(snakemake.input.published, PUBLISHED_WITHIN)
    within = read_published_split(snakemake.input.within, WITHIN)
    table = retrained_within(
        within,
        published,
        snakemake.params.tolerance,
        seed_spread=snakemake.params.seed_spread,
        choices=read_csvs(snakemake.input.choices, LAYOUT_CHOICE),
    )
    write_csv(snakemake.output.cells, table)
    write_csv(snakemake.output.medians, retrained_medians(within, published))
