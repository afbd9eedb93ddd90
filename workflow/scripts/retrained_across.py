from job import job

with job(snakemake):
    from ner.decoding.columns import ACROSS
    from ner.published.tables import PUBLISHED_ACROSS
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.retrained_across import retrained_across, retrained_across_means

    published = read_csv(snakemake.input.published, PUBLISHED_ACROSS)
    given = (read_csv(snakemake.input.across, ACROSS), published, snakemake.params.tolerance)
    write_csv(snakemake.output.cells, retrained_across(*given, seed_spread=snakemake.params.seed_spread))
    write_csv(snakemake.output.means, retrained_across_means(*given, seed_spread=snakemake.params.seed_spread))
