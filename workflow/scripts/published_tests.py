from job import job

with job(snakemake):
    from ner.published.tables import PUBLISHED_ACROSS
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.published_tests import published_tests

    write_csv(snakemake.output[0], published_tests(read_csv(snakemake.input.published, PUBLISHED_ACROSS)))
