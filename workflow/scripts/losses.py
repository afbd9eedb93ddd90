from job import job

with job(snakemake):
    import pandas as pd

    from ner.published.tables import published_loss
    from ner.storage.tables import write_csv
    from ner.verification.losses import first_losses

    given, params = snakemake.input, snakemake.params
    published = {tuple(key): published_loss(path) for key, path in zip(params.published, given.published, strict=True)}
    ours = {
        tuple(key): pd.read_csv(path)["loss"].to_numpy()
        for key, path in zip(params.histories, given.histories, strict=True)
    }
    write_csv(snakemake.output[0], first_losses(published, ours))
