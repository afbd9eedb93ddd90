from job import job

with job(snakemake):
    from ner.data.upstream import UpstreamFile, fetch

    # Not params: neither the mirror nor the address changes what the file holds, its hash says.
    data = snakemake.config["data"]
    fetch(
        UpstreamFile(**snakemake.params.file),
        snakemake.output[0],
        url=data["url"],
        mirror=data["mirror"],
        tries=data["tries"],
        timeout=data["timeout"],
    )
