from job import job

with job(snakemake):
    from ner.data import preprocessing
    from ner.data.recordings import write_recording
    from ner.data.recordings_table import summary

    make = {"smoothed": preprocessing.smoothed_recording, "trial_data": preprocessing.trial_data_recording}
    recording = make[snakemake.params.form](
        snakemake.input.source, snakemake.wildcards.recording, **snakemake.params.settings
    )
    print(summary([recording]).T.to_string(header=False))
    write_recording(recording, snakemake.output[0])
