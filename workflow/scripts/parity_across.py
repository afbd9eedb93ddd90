from job import job

with job(snakemake):
    from ner.storage.tables import read_csvs, write_csv
    from ner.verification.parity_across import PARITY_ACROSS, summarise

    cells = read_csvs(snakemake.input.tables, PARITY_ACROSS)
    write_csv(snakemake.output.cells, cells)
    write_csv(snakemake.output.summary, summarise(cells))
