from job import job

with job(snakemake):
    from ner.data.recordings import read_recording
    from ner.data.recordings_table import refuse_one_session_twice, summary
    from ner.storage.tables import write_csv

    recordings = [read_recording(path) for path in snakemake.input.recordings]
    refuse_one_session_twice(recordings)
    write_csv(snakemake.output[0], summary(recordings, snakemake.params.split))
