from job import job

with job(snakemake):
    from ner.columns import ACROSS
    from ner.comparisons import across_tests
    from ner.tables import read_csv, write_csv

    write_csv(snakemake.output[0], across_tests(read_csv(snakemake.input.across, ACROSS)))
