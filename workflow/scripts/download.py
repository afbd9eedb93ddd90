from job import job

with job(snakemake):
    from ner.data.upstream import UpstreamFile, fetch

    data = snakemake.params.data
    fetch(
        UpstreamFile(**snakemake.params.file),
        snakemake.output[0],
        url=data["url"],
        mirror=data["mirror"],
        tries=data["tries"],
        timeout=data["timeout"],
    )
