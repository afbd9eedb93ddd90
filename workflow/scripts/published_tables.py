from job import job

with job(snakemake):
    from ner.published.tables import published_across, published_within
    from ner.storage.tables import write_csv

    files = dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True))
    for scope, read in (("within", published_within), ("across", published_across)):
        for suffix, table in zip(("", "_time"), read(files), strict=True):
            # To the last digit, as parity is a matter of those.
            exact = table.astype(dict.fromkeys(table.select_dtypes("float"), str))
            write_csv(snakemake.output[scope + suffix], exact)
