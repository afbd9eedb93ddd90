from job import job

with job(snakemake):
    import pandas as pd

    from ner.storage.tables import names, read_csv, write_csv
    from ner.verification.parity_across import PARITY_ACROSS, summarise

    parts = [read_csv(path, PARITY_ACROSS) for path in snakemake.input.tables]
    cells = pd.concat(parts) if parts else pd.DataFrame(columns=names(PARITY_ACROSS))
    write_csv(snakemake.output.cells, cells)
    write_csv(snakemake.output.summary, summarise(cells))
