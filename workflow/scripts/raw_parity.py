from job import job

with job(snakemake):
    from ner.data.raw_parity import raw_parity
    from ner.data.recordings import read_recording
    from ner.storage.tables import write_csv

    pairs = zip(snakemake.input.raw, snakemake.input.smoothed, strict=True)
    write_csv(
        snakemake.output[0], raw_parity((read_recording(raw), read_recording(smoothed)) for raw, smoothed in pairs)
    )
