from job import job

with job(snakemake):
    from ner.published.tables import published_across
    from ner.storage.tables import write_csv
    from ner.verification.published_tests import published_tests

    published, _ = published_across(dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True)))
    write_csv(snakemake.output[0], published_tests(published))
