from job import job

with job(snakemake):
    from ner.recordings import read_recording
    from ner.recordings_table import summary
    from ner.tables import write_csv

    write_csv(snakemake.output[0], summary([read_recording(path) for path in snakemake.input.recordings]))
