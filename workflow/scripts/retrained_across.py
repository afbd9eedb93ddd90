from job import job

with job(snakemake):
    from ner.decoding.columns import ACROSS
    from ner.published.tables import PUBLISHED_ACROSS
    from ner.storage.tables import read_csv, read_csvs, write_csv
    from ner.verification.compare import read_published_split
    from ner.verification.retrained_across import retrained_across, retrained_across_means
    from ner.verification.rotation_choice import ROTATION_CHOICE

    published = read_csv(snakemake.input.published, PUBLISHED_ACROSS)
    choices = read_csvs(snakemake.input.choices, ROTATION_CHOICE)
    across = read_published_split(snakemake.input.across, ACROSS)
    given = (across, choices, published, snakemake.params.tolerance)
    write_csv(snakemake.output.cells, retrained_across(*given, seed_spread=snakemake.params.seed_spread))
    write_csv(snakemake.output.means, retrained_across_means(*given, seed_spread=snakemake.params.seed_spread))
