from job import job

with job(snakemake):
    from ner.data.recordings import read_recording
    from ner.data.recordings_table import summary
    from ner.storage.tables import write_csv

    write_csv(snakemake.output[0], summary([read_recording(path) for path in snakemake.input.recordings]))
