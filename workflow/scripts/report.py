from job import job

with job(snakemake):
    from pathlib import Path

    from ner.report.page import TABLES, report_page
    from ner.storage.files import atomic
    from ner.storage.tables import read_csv, write_csv
    from ner.verification.parity_within import parity_within_summary
    from ner.verification.verdicts import verdict_counts

    # Each table's file has its name.
    files = {Path(path).stem: path for path in snakemake.input}
    tables = {name: read_csv(files[name], columns) for name, columns in TABLES.items() if name in files}
    tables["verdicts"] = verdict_counts(tables["retrained_within"], tables["retrained_across"])
    tables["parity_within_summary"] = parity_within_summary(tables["parity_within"])
    for name in ("verdicts", "parity_within_summary"):
        write_csv(snakemake.output[name], tables[name])
    with atomic(snakemake.output.page) as path:
        path.write_text(report_page(tables), encoding="utf-8")
