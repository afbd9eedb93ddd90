from job import job

with job(snakemake):
    from ner.decoding.columns import ACROSS, WITHIN
    from ner.storage.tables import read_csv, read_csvs, write_csv
    from ner.verification import findings
    from ner.verification.compare import read_published_split
    from ner.verification.parity_across import PARITY_ACROSS, PARITY_ACROSS_SUMMARY
    from ner.verification.parity_curved import PARITY_CURVED
    from ner.verification.parity_within import PARITY_WITHIN
    from ner.verification.published_tests import PUBLISHED_TESTS
    from ner.verification.retrained_within import RETRAINED_WITHIN

    given, made = snakemake.input, snakemake.output
    within, across = read_published_split(given.within, WITHIN), read_published_split(given.across, ACROSS)
    parity_within = read_csv(given.parity_within, PARITY_WITHIN)
    parity_across = read_csv(given.parity_across, PARITY_ACROSS)

    write_csv(made.swapped, findings.swapped_velocity(parity_within, parity_across, within))
    write_csv(made.train_and_test, findings.train_and_test(parity_within, within))
    write_csv(made.pivae, findings.leak(within, ["pivae"]))
    write_csv(made.umap, findings.leak(within, ["umap", "umap-supervised"]))
    write_csv(made.rotation, findings.rotation(parity_across, across))
    write_csv(made.candidates, findings.candidates(read_csv(given.parity_across_summary, PARITY_ACROSS_SUMMARY)))
    write_csv(made.pairs, findings.pairs(read_csv(given.published_tests, PUBLISHED_TESTS)))
    write_csv(made.curved, findings.curved(read_csv(given.parity_curved, PARITY_CURVED)))

    back = read_csvs(given.turned_back, ACROSS)
    write_csv(made.turned, findings.turned_labels(across, back, snakemake.params.turned))

    trained = read_csvs(given.positives, WITHIN)
    write_csv(made.positives, findings.positives(trained, read_csv(given.retrained, RETRAINED_WITHIN)))
