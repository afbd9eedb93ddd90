from job import job

with job(snakemake):
    from ner.data.archives import fetch_asset

    data = snakemake.params.data
    fetch_asset(
        **snakemake.params.asset,
        target=snakemake.output[0],
        api=data["archive"]["api"],
        tries=data["tries"],
        timeout=data["timeout"],
    )
