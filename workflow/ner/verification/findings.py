"""What is odd in the published analysis, each shown by numbers of this run.

Every function returns a table; an empty one means that the run lacks what the finding is measured on.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ner.data.names import RecordingName
from ner.decoding.columns import ACROSS, DECODER, GROUP, METHOD, METRIC, PAIRS, PROTOCOL, RECORDING, VALUE
from ner.published.tables import FIGURE, SELECTION
from ner.storage.tables import Column, Table, names
from ner.verification.compare import OURS_MEAN, OURS_SD, SEEDS, over_seeds
from ner.verification.parity_across import PARITY_ACROSS_SUMMARY
from ner.verification.retrained_across import decoded_pairs

_UNIT = VALUE.unit
_DIFFERENCE = Column("difference", "R2: 1; accuracy: percentage points", "strict minus paper")
_EMBEDDINGS = Column("embeddings", "", "published (the authors') or this run")
_VALUES = Column("values", "", "recordings, or pairs of them, each with every seed")
#: Finding 1, a method, decoder and place a row.
SWAPPED = Table(
    "verification/finding1_swapped_velocity.csv",
    (
        _EMBEDDINGS,
        METHOD,
        DECODER,
        Column("scored", "", "within (test trials) or across (off-diagonal pairs)"),
        _VALUES,
        Column("swapped_mean", "1", "mean velocity R2 with swapped arguments, as published"),
        Column("mean", "1", "mean velocity R2"),
        Column("swapped_median", "1", "median velocity R2 with swapped arguments, as published"),
        Column("median", "1", "median velocity R2"),
    ),
    "velocity R2 with its arguments either way",
)
#: Finding 2, a method, decoder and metric a row.
TRAIN_TEST = Table(
    "verification/finding2_train_and_test.csv",
    (
        _EMBEDDINGS,
        METHOD,
        DECODER,
        METRIC,
        _VALUES,
        Column("train", _UNIT, "median over recordings on the training trials"),
        Column("test", _UNIT, "median over recordings on the test trials, velocity R2 with its arguments in order"),
        Column("difference", "R2: 1; accuracy: percentage points", "test minus train"),
    ),
    "metrics of training and test trials",
)
_LEAK = (
    METHOD,
    DECODER,
    METRIC,
    _VALUES,
    Column("paper", _UNIT, "median over recordings on the test trials, paper protocol"),
    Column("strict", _UNIT, "the same, strict protocol"),
    _DIFFERENCE,
)
#: Findings 3 and 4, a method, decoder and metric a row.
PIVAE, UMAP = (
    Table(f"verification/{path}", _LEAK, f"{method} with and without labels of what is scored")
    for path, method in (("finding3_pivae.csv", "pi-VAE"), ("finding4_umap.csv", "UMAP"))
)
#: Finding 5, a set of recordings, method, decoder and metric a row.
ROTATION = Table(
    "verification/finding5_rotation.csv",
    (
        _EMBEDDINGS,
        Column("recordings", "", "published set of embeddings, or group of config"),
        METHOD,
        DECODER,
        METRIC,
        _VALUES,
        Column("paper", _UNIT, "off-diagonal mean, rotated by the published rule, which sees test trials"),
        Column("strict", _UNIT, "off-diagonal mean, rotated by training averages"),
        _DIFFERENCE,
    ),
    "decoding by the published rotation and by the strict one",
)
#: Finding 6: the off-diagonal rows of the parity.
CANDIDATES = Table(
    "verification/finding6_candidates.csv", PARITY_ACROSS_SUMMARY.columns, "what the choice of a rotation is worth"
)
#: Finding 7, a paired t test a row.
PAIRS = Table(
    "verification/finding7_pairs.csv",
    (
        FIGURE,
        DECODER,
        METRIC,
        PAIRS,
        Column("methods", "", "the methods compared, the second subtracted from the first"),
        Column("n_pairs", "", "number of paired values"),
        Column("t_published", "", "t with the rows as they stand in the tables"),
        Column("p_published", "", "its p"),
        Column("t_matched", "", "t with the same recordings paired"),
        Column("p_matched", "", "its p"),
    ),
    "published tests with their pairs and with matched ones",
)
#: Finding 8, a recording, metric and method a row.
POSITIVES = Table(
    "verification/finding8_positives.csv",
    (
        RECORDING,
        METRIC,
        Column("published", _UNIT, "published value; empty where there is none"),
        METHOD,
        OURS_MEAN,
        OURS_SD,
        SEEDS,
    ),
    "CEBRA with and without the direction in its positives",
)
#: Finding 10, a group, method, decoder, metric and protocol a row.
TURNED = Table(
    "verification/finding10_turned_labels.csv",
    (
        GROUP,
        METHOD,
        DECODER,
        METRIC,
        PROTOCOL,
        _VALUES,
        Column("as_published", _UNIT, "mean over pairs of one area, one of them turned; labels as published"),
        Column("turned_back", _UNIT, "the same pairs, with the labels turned back before decoding"),
        Column("others", _UNIT, "mean over the other pairs of different recordings of these areas"),
    ),
    "decoding from and to a recording whose direction labels are turned",
)
TURNED_BACK = Table(
    "decoding/turned_back/{method}/{group}/seed{seed}.csv",
    tuple(ACROSS),
    "metrics across recordings, with the labels of turned recordings turned back",
)

#: Finding 9, a method, selection of trials and metric of Figure 8 a row.
CURVED = Table(
    "verification/finding9_curved.csv",
    (
        METHOD,
        SELECTION,
        METRIC,
        Column("train", _UNIT, "decoded from the authors' embedding, training trials, which the paper shows"),
        Column("test", _UNIT, "the same, held-out trials, with the arguments of R2 in their order"),
        Column("difference", _UNIT, "test minus train"),
        Column("train_trials", "", "number of training trials"),
        Column("test_trials", "", "number of held-out trials"),
    ),
    "training and held-out trials of Figure 8",
)


def _same_embedding(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Rows of embeddings that are the same under both protocols: their position R2, which no protocol swaps, is equal.

    Args:
        table: test values of single recordings, columns metric, protocol, value and `keys`.
        keys: that name an embedding.
    """
    position = table[table.metric == "position_r2"].pivot_table(index=list(keys), columns="protocol", values="value")
    if not {"paper", "strict"} <= set(position.columns):
        return pd.DataFrame(columns=list(keys))
    return position.index[np.isclose(position["paper"], position["strict"], rtol=0, atol=1e-9)].to_frame(index=False)


def swapped_velocity(parity_within: pd.DataFrame, parity_across: pd.DataFrame, within: pd.DataFrame) -> pd.DataFrame:
    """1: The velocity R2 of test trials was published with swapped arguments.

    Args:
        parity_within: columns parity_within.PARITY_WITHIN.
        parity_across: columns parity_across.PARITY_ACROSS.
        within: columns columns.WITHIN; methods with one embedding for both protocols are used.

    Returns:
        Columns SWAPPED.
    """
    test = within[within.split == "test"]
    keys = ["method", "recording", "decoder", "seed"]
    ours = _both(test[test.metric == "velocity_r2"].merge(_same_embedding(test, keys), on=keys), keys)
    held = parity_within[(parity_within.split == "test") & (parity_within.metric == "velocity_r2")]
    off = parity_across[(parity_across.source != parity_across.target) & (parity_across.metric == "velocity_r2")]
    rows = []
    for embeddings, scored, table, swapped, in_order in (
        ("published", "within", held, "ours", "unswapped"),
        ("published", "across", off, "ours", "unswapped"),
        ("this run", "within", ours, "paper", "strict"),
    ):
        by = ["set", "method", "decoder"] if "set" in table else ["method", "decoder"]
        for of, values in table.groupby(by, sort=False):
            first, second = values[swapped], values[in_order]
            numbers = (first.mean(), second.mean(), first.median(), second.median())
            place = scored if "set" not in table else f"across {of[0]}"
            rows.append((embeddings, *of[-2:], place, len(values), *numbers))
    return pd.DataFrame(rows, columns=names(SWAPPED))


def _both(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Values of both protocols side by side: columns `keys`, paper and strict."""
    wide = table.pivot_table(index=list(keys), columns="protocol", values="value", sort=False)
    return wide.reindex(columns=["paper", "strict"]).dropna().reset_index()


def train_and_test(parity_within: pd.DataFrame, within: pd.DataFrame) -> pd.DataFrame:
    """2: The headline numbers are those of the part that decoders were fitted on.

    Args:
        parity_within: columns parity_within.PARITY_WITHIN.
        within: columns columns.WITHIN.

    Returns:
        Columns TRAIN_TEST.
    """
    published = parity_within.rename(columns={"unswapped": "value"}).assign(embeddings="published", seed=0)
    ours = within[within.protocol == "strict"].assign(embeddings="this run")
    columns = ["embeddings", "method", "decoder", "metric", "recording", "seed", "split", "value"]
    both = [table[columns] for table in (published, ours) if len(table)]
    rows = []
    if both:
        for of, values in pd.concat(both).groupby(columns[:4], sort=False):
            train, test = (values.loc[values.split == split, "value"] for split in ("train", "test"))
            rows.append((*of, len(test), train.median(), test.median(), test.median() - train.median()))
    return pd.DataFrame(rows, columns=names(TRAIN_TEST))


def leak(within: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """3 and 4: Test values under the paper protocol beside those without labels, or without a fit, of test bins.

    Velocity is left out: the paper protocol also swaps its arguments.

    Args:
        within: columns columns.WITHIN.
        methods: whose embedding differs between the protocols.

    Returns:
        Columns PIVAE or UMAP, for those of the methods that were run.
    """
    table = within[(within.split == "test") & (within.metric != "velocity_r2") & within.method.isin(methods)]
    both = _both(table, ["method", "decoder", "metric", "recording", "seed"])
    rows = []
    for of, values in both.groupby(["method", "decoder", "metric"], sort=False):
        paper, strict = values["paper"].median(), values["strict"].median()
        rows.append((*of, len(values), paper, strict, strict - paper))
    return pd.DataFrame(rows, columns=names(_LEAK))


def rotation(parity_across: pd.DataFrame, across: pd.DataFrame) -> pd.DataFrame:
    """5: The published rotation uses the target's test trials and their directions.

    Args:
        parity_across: columns parity_across.PARITY_ACROSS; the velocity R2 is taken with its arguments in order.
        across: columns columns.ACROSS; of methods with one embedding for both protocols, without the velocity R2,
            which the paper protocol also swaps.

    Returns:
        Columns ROTATION.
    """
    off = parity_across[parity_across.source != parity_across.target]
    published = off.rename(columns={"unswapped": "paper", "set": "recordings"}).assign(embeddings="published")
    keys = ["method", "source", "decoder", "seed"]
    same = _same_embedding(decoded_pairs(across[across.source == across.target]), keys)
    ours = across[(across.source != across.target) & (across.metric != "velocity_r2")].merge(same, on=keys)
    ours = _both(ours, ["group", "target", "metric", *keys]).rename(columns={"group": "recordings"})
    by = ["embeddings", "recordings", "method", "decoder", "metric"]
    rows = []
    for table in (published, ours.assign(embeddings="this run")):
        for of, values in table.groupby(by, sort=False):
            paper, strict = values["paper"].mean(), values["strict"].mean()
            rows.append((*of, len(values), paper, strict, strict - paper))
    return pd.DataFrame(rows, columns=names(ROTATION))


def candidates(summary: pd.DataFrame) -> pd.DataFrame:
    """6: Which rotation the published rule takes hangs on rounding, and off-diagonal cells with it.

    Args:
        summary: columns parity_across.PARITY_ACROSS_SUMMARY.

    Returns:
        Columns CANDIDATES, the off-diagonal rows.
    """
    return summary[summary["pairs"] == "off-diagonal"].reset_index(drop=True)


def pairs(published_tests: pd.DataFrame) -> pd.DataFrame:
    """7: The published tests pair other recordings where tables stand in another order.

    Args:
        published_tests: columns comparisons.PUBLISHED_TESTS.

    Returns:
        Columns PAIRS: the paired t tests that change when the same recordings are paired.
    """
    t = published_tests[published_tests["test"] == "paired t"]
    keys = ["figure", "decoder", "metric", "pairs", "methods", "n_pairs"]
    held = t[t["pairing"] == "published"].merge(
        t[t["pairing"] == "matched"], on=keys, suffixes=("_published", "_matched")
    )
    held = held.rename(columns=lambda name: name.replace("statistic_", "t_"))
    # A table without rows has no numbers for columns.
    same = np.isclose(held["t_published"].astype(float), held["t_matched"].astype(float), rtol=1e-6)
    return held.loc[~same, names(PAIRS)].reset_index(drop=True)


def positives(within: pd.DataFrame, retrained: pd.DataFrame) -> pd.DataFrame:
    """8: What the direction as a plain number costs CEBRA: train values with and without it.

    Args:
        within: columns columns.WITHIN, of CEBRA and of CEBRA with positives looked up by velocity alone.
        retrained: columns retrained_within.RETRAINED_WITHIN, for the published values.

    Returns:
        Columns POSITIVES, of linear decoders, with the published values of CEBRA.
    """
    keys = ["recording", "metric"]
    train, goal = (table[(table.split == "train") & (table.decoder == "linear")] for table in (within, retrained))
    ours = over_seeds(train[train.protocol == "paper"], [*keys, "method"])
    goal = goal.loc[goal.method == "cebra", [*keys, "published"]]
    return ours.merge(goal, on=keys, how="left")[names(POSITIVES)]


def curved(parity_curved: pd.DataFrame) -> pd.DataFrame:
    """9: Figure 8 shows training trials alone.

    Args:
        parity_curved: columns parity_curved.PARITY_CURVED.

    Returns:
        Columns CURVED.
    """
    return parity_curved.assign(difference=parity_curved["test"] - parity_curved["train"])[names(CURVED)]


def turned_labels(across: pd.DataFrame, turned_back: pd.DataFrame, turned: Sequence[str]) -> pd.DataFrame:
    """10: Decoding from and to a recording whose labels are turned, as published and with the labels turned back.

    Args:
        across: columns columns.ACROSS.
        turned_back: columns columns.ACROSS, of the groups of the turned recordings, their labels turned back.
        turned: names of the turned recordings.

    Returns:
        Columns TURNED; means over pairs of different recordings of one area, each with every seed.
    """
    keys = ["group", "method", "decoder", "metric", "protocol", "source", "target", "seed"]
    both = across.merge(turned_back, on=keys, suffixes=("", "_back"))
    source, target = (both[name].map(_area) for name in ("source", "target"))
    both = both[(source == target) & (both["source"] != both["target"])]
    concerned = both["source"].isin(turned) | both["target"].isin(turned)
    rows = []
    for of, values in both.groupby(keys[:5], sort=False):
        pairs, others = values[concerned[values.index]], values[~concerned[values.index]]
        if len(pairs):
            rows.append((*of, len(pairs), pairs["value"].mean(), pairs["value_back"].mean(), others["value"].mean()))
    return pd.DataFrame(rows, columns=names(TURNED))


def _area(recording: str) -> str:
    return RecordingName.parse(recording).area
