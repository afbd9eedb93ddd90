from job import job

with job(snakemake):
    from ner.comparisons import published_tests
    from ner.published import published_across
    from ner.tables import write_csv

    published, _ = published_across(dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True)))
    write_csv(snakemake.output[0], published_tests(published))
