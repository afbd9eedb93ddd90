from job import job

with job(snakemake):
    import json
    from pathlib import Path

    import pandas as pd

    from ner import methods
    from ner.checkpoints import Checkpoint
    from ner.embeddings import write_embedding
    from ner.recordings import read_recording
    from ner.tables import write_csv

    recording = read_recording(snakemake.input.recording)
    settings = dict(snakemake.params.settings)
    module = settings.pop("module")
    seed = int(snakemake.wildcards.seed)
    metadata = {"method": snakemake.wildcards.method, "module": module, "seed": seed, "settings": settings}
    checkpoint = Checkpoint(
        path=Path(snakemake.output.embedding).with_suffix(".checkpoint"),
        every=snakemake.config["checkpoint_interval"],
        identity=json.dumps([metadata, recording.metadata], sort_keys=True),
    )
    fit = methods.fit(module, recording, settings, seed=seed, device=snakemake.params.device, checkpoint=checkpoint)
    history = pd.DataFrame(columns=["step", "loss"]) if fit.history is None else fit.history
    write_csv(snakemake.output.history, history)
    write_embedding(snakemake.output.embedding, recording, fit.coordinates, fit.strict, metadata)
    checkpoint.remove()
