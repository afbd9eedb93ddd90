from job import job

with job(snakemake):
    from pathlib import Path

    from ner.report.verification import TABLES, verification_page
    from ner.storage.files import atomic
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.parity_within import parity_within_summary
    from ner.verification.replication import replication
    from ner.verification.verdicts import verdict_counts

    # Each table's file has its name.
    files = {Path(path).stem: path for path in snakemake.input}
    tables = {name: read_csv(files[name], columns) for name, columns in TABLES.items() if name in files}
    made = {
        "verdicts": verdict_counts(tables["retrained_within"], tables["retrained_across"]),
        "replication": replication(tables["retrained_within"], tables["retrained_across_means"]),
        "parity_within_summary": parity_within_summary(tables["parity_within"]),
    }
    for name, table in made.items():
        write_csv(snakemake.output[name], table)
    with atomic(snakemake.output.page) as path:
        given = {"simulated": snakemake.params.simulated, "folds": snakemake.params.folds}
        path.write_text(verification_page({**tables, **made}, **given), encoding="utf-8")
