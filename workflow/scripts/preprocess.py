from job import job

with job(snakemake) as work:
    from ner.data.preprocessing import make_recording
    from ner.data.recordings import write_recording
    from ner.data.recordings_table import notices, summary

    recording = make_recording(snakemake.input.source, snakemake.params.name, **snakemake.params.settings)
    print(summary([recording]).T.to_string(header=False))
    write_recording(recording, snakemake.output[0])
    for notice in notices(recording) if snakemake.params.told else ():
        work.say(f"warning: {notice}")
