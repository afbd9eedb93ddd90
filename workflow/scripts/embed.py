from job import job

with job(snakemake):
    import json
    from pathlib import Path

    import pandas as pd

    from ner import methods
    from ner.checkpoints import Checkpoint
    from ner.checksums import blob_sha1
    from ner.embeddings import write_embedding
    from ner.recordings import read_recording
    from ner.tables import write_csv

    recording = read_recording(snakemake.input.recording)
    given = dict(snakemake.params.settings)
    module = given.pop("module")
    metadata = {
        "method": snakemake.wildcards.method,
        "module": module,
        "seed": int(snakemake.wildcards.seed),
        "settings": methods.complete_settings(module, given),
        "device": snakemake.params.device,
    }
    # A state is gone on with only by the same code, on the same recording, with the same settings.
    inputs = [blob_sha1(path) for path in snakemake.input]
    checkpoint = Checkpoint(
        path=Path(snakemake.output.embedding).with_suffix(".checkpoint"),
        every=snakemake.config["checkpoint_interval"],
        identity=json.dumps([metadata, inputs], sort_keys=True),
    )
    fit = methods.fit(
        module,
        recording,
        metadata["settings"],
        seed=metadata["seed"],
        device=snakemake.params.device,
        checkpoint=checkpoint,
    )
    history = pd.DataFrame(columns=["step", "loss"]) if fit.history is None else fit.history
    write_csv(snakemake.output.history, history)
    write_embedding(snakemake.output.embedding, recording, fit.coordinates, fit.strict, metadata)
    checkpoint.remove()
