from job import job

with job(snakemake):
    import pandas as pd

    from ner.decoding import columns as definitions
    from ner.storage import tables

    columns = getattr(definitions, snakemake.params.columns)
    parts = [tables.read_csv(path, columns) for path in snakemake.input.tables]
    whole = pd.concat(parts) if parts else pd.DataFrame(columns=tables.names(columns))
    tables.write_csv(snakemake.output[0], whole)
