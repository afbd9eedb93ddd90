from job import job

with job(snakemake):
    from pathlib import Path

    from ner.report import provenance
    from ner.report.benchmarks import BENCHMARKS
    from ner.storage.tables import read_csv, write_csv

    jobs = read_csv(snakemake.input.benchmarks, BENCHMARKS)
    told = provenance.facts(
        Path(snakemake.scriptdir).parent,
        jobs,
        seeds=snakemake.params.seeds,
        split=snakemake.params.split,
        device=snakemake.params.device,
        recordings=snakemake.params.recordings,
    )
    write_csv(snakemake.output.facts, told)
    write_csv(snakemake.output.versions, provenance.versions())
    write_csv(snakemake.output.trainings, provenance.trainings(snakemake.params.trainings))
    write_csv(snakemake.output.stages, provenance.stages(jobs))
