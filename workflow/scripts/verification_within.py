from job import job

with job(snakemake):
    from ner.files import atomic
    from ner.tables import read_csv
    from ner.verification import PARITY_WITHIN, RETRAINED_WITHIN
    from ner.verification_page import verification_page

    page = verification_page(
        read_csv(snakemake.input.parity, PARITY_WITHIN), read_csv(snakemake.input.retrained, RETRAINED_WITHIN)
    )
    with atomic(snakemake.output[0]) as path:
        path.write_text(page, encoding="utf-8")
