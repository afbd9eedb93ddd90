from job import job

with job(snakemake):
    from ner.columns import ACROSS
    from ner.published import published_across
    from ner.retrained_across import retrained_across, retrained_across_means
    from ner.tables import read_csv, write_csv

    published, _ = published_across(dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True)))
    given = (read_csv(snakemake.input.across, ACROSS), published, snakemake.params.tolerance)
    write_csv(snakemake.output.cells, retrained_across(*given, seed_spread=snakemake.params.seed_spread))
    write_csv(snakemake.output.means, retrained_across_means(*given, seed_spread=snakemake.params.seed_spread))
