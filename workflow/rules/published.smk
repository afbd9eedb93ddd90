from itertools import chain

from ner.published.catalogue import (
    PRINTED,
    across_set,
    one_each,
    published_embeddings,
    published_selections,
    published_tables,
)

# Published tables of decoding within recordings, and the embeddings behind them.
WITHIN_TABLES = [table for table in published_tables(UPSTREAM) if table.figure == "fig4"]


def available(file):
    """Whether a published file can be had: any from upstream, else what the mirror holds."""
    mirror = config["data"]["mirror"]
    return mirror is None or (Path(mirror).expanduser() / file.path).is_file()


def has_within_table(embedding):
    """Whether a published table holds metrics of a published embedding."""
    return any(table.method == embedding.method and table.covers(embedding.recording) for table in WITHIN_TABLES)


PARITY_TABLES = [table for table in WITHIN_TABLES if available(table)]
PARITY_EMBEDDINGS = one_each(filter(available, filter(has_within_table, published_embeddings(UPSTREAM))))
# Published trial averages of PCA and dPCA for what this run fits.
PARITY_AVERAGES = [
    found
    for found in published_embeddings(UPSTREAM)
    if found.method in {"pca", "dpca"}.intersection(COMPARE) and found.recording in RECORDINGS and available(found)
]
# Published embeddings of curved reaches (Figure 8).
PARITY_CURVED = [found for found in published_selections(UPSTREAM) if available(found)]
# Published tables of decoding across recordings, and the set of embeddings behind each, as far as they can be had.
ACROSS_TABLES = {
    f"{table.figure}-{table.method}-{table.decoder}": table
    for table in published_tables(UPSTREAM)
    if table.figure != "fig4" and available(table)
}
ACROSS_EMBEDDINGS = {
    name: [found for found in published_embeddings(UPSTREAM) if found.set == across_set(table) and available(found)]
    for name, table in ACROSS_TABLES.items()
}
# Simulated and new recordings have no published value, and a run of them alone fetches nothing.
RETRAINED_TABLES = [table for table in PARITY_TABLES if any(map(table.covers, RECORDINGS))] and PARITY_TABLES
RETRAINED_ACROSS_TABLES = [table for table in ACROSS_TABLES.values() if any(map(table.covers, RECORDINGS))] and list(
    ACROSS_TABLES.values()
)
PUBLISHED_TABLES = [*PARITY_TABLES, *ACROSS_TABLES.values()]


def untolerated(tables, run, keys):
    """Tolerances that config lacks of methods that the authors published, as 'method (keys)'."""
    for method in sorted({table.method for table in tables} & set(run)):
        lacking = [key for key in keys if key not in config["verification"]["tolerance"].get(method, {})]
        if lacking:
            yield f"{method} ({', '.join(lacking)})"


UNTOLERATED = [
    *untolerated(RETRAINED_TABLES, COMPARE, ["train", "test"]),
    *untolerated(
        RETRAINED_ACROSS_TABLES,
        chain.from_iterable(PLAN.across.values()),
        ["across", "off_diagonal"],
    ),
]
if UNTOLERATED:
    raise WorkflowError(
        f"config verification.tolerance: found none for {', '.join(UNTOLERATED)}; expected one for every decoded "
        "method that the authors published; add it"
    )
