from job import job

with job(snakemake):
    from ner.decoding.columns import ACROSS
    from ner.decoding.method_tests import across_tests
    from ner.methods.names import method_name
    from ner.storage.tables import read_csv, write_csv

    write_csv(snakemake.output[0], across_tests(read_csv(snakemake.input.across, ACROSS), method_name))
