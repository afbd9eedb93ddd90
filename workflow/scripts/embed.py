from job import job

with job(snakemake) as work:
    import json
    from pathlib import Path

    import pandas as pd

    from ner.data.embeddings import write_embedding
    from ner.data.recordings import read_recording
    from ner.methods import registry as methods
    from ner.storage.checksums import blob_sha1
    from ner.storage.tables import write_csv
    from ner.training.checkpoints import Checkpoint

    recording = read_recording(snakemake.input.recording)
    settings = dict(snakemake.params.settings)
    module = settings.pop("module")
    device = "cpu"
    if methods.trained(module):
        from ner.training.trainer import resolve_device

        device = resolve_device(snakemake.params.device).type
    metadata = {
        "method": snakemake.wildcards.method,
        "module": module,
        "seed": int(snakemake.wildcards.seed),
        "settings": settings,
        "device": device,
    }
    # Training resumes only if code, packages, recording and settings are unchanged.
    made_of = [blob_sha1(snakemake.input.recording), snakemake.params.code, snakemake.params.packages]
    checkpoint = Checkpoint(
        path=Path(snakemake.output.embedding).with_suffix(".checkpoint"),
        every=snakemake.params.checkpoint_interval,
        identity=json.dumps([metadata, made_of], sort_keys=True),
    )
    fit = methods.fit(
        module,
        recording,
        settings,
        seed=metadata["seed"],
        device=metadata["device"],
        checkpoint=checkpoint,
    )
    # What config calls auto is another one from node to node, and rounds in another order; only trainings use it.
    work.found["device"] = None if fit.history is None else metadata["device"]
    if fit.model is not None:
        # Beside the embedding, and no output of the rule: other methods have none.
        fit.model.save(Path(snakemake.output.embedding).with_suffix(".safetensors"))
    history = pd.DataFrame(columns=["step", "loss"]) if fit.history is None else fit.history
    write_csv(snakemake.output.history, history)
    write_embedding(snakemake.output.embedding, recording, fit.coordinates, fit.strict, metadata)
    checkpoint.remove()
