"""Every number in README.md and docs/ that comes from the tables of results/reference is the one that they hold."""

import re

import pytest
from claims import baselines, findings, holding, ranking, readme, verification
from claims.tables import TABLES, Claim, rows
from documented import PAGES
from places import ROOT

#: The pages that give results; the how-tos give none.
OF_RESULTS = [str(path.relative_to(ROOT)) for path in PAGES if not path.name.startswith(("add-", "use-"))]
CLAIMS = [claim for page in (readme, findings, verification, baselines, ranking, holding) for claim in page.claims()]
#: What looks like a result: decimals, powers of ten, percentages, and `13 of 15`.
NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?e-?\d+|\d+\.\d+|\d+(?= ?%)|\d+ of \d+\b)(?![\w.]*\w)")
#: Numbers of a page that are no result of a table, and why.
OTHERS = {
    "docs/what-ranking-adds.md": {"95": "the level of the intervals"},
    "docs/findings.md": {"0.05": "the usual level of significance"},
    "docs/baselines.md": {
        "60": "how the authors split the trials",
        "20": "the same",
        "80": "train_fraction of config.yaml",
    },
    "docs/verification.md": {"1e-6": "the bound of parity, compare.PARITY_R2"},
}


def flat(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


def page(name: str) -> str:
    """A page's text, without its blocks of code."""
    return flat(re.sub(r"^```.*?^```$", "", (ROOT / name).read_text(), flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.page}: {claim.text[:60]}")
def test_a_page_says_what_the_tables_hold(claim: Claim):
    assert flat(claim.text) in page(claim.page), f"{claim.page} does not say: {claim.text}"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.page}: {claim.text[:60]}")
def test_a_claim_takes_its_numbers_from_the_tables(claim: Claim):
    assert NUMBER.findall(re.sub(r"\{[^}]*\}", "", claim.template)) == []


def unclaimed(text: str, claims: list[Claim]) -> list[str]:
    """Numbers of a page's text outside its claims, code and addresses of links."""
    covered = [match.span() for match in re.finditer(r"`[^`]*`|\]\([^)]*\)", text)]
    covered += [match.span() for claim in claims for match in re.finditer(re.escape(flat(claim.text)), text)]
    return [
        match[1]
        for match in NUMBER.finditer(text)
        if not any(start <= match.start() and match.end() <= end for start, end in covered)
    ]


@pytest.mark.parametrize("name", OF_RESULTS)
def test_every_number_is_claimed(name):
    found = unclaimed(page(name), [claim for claim in CLAIMS if claim.page == name])
    assert set(found) == set(OTHERS.get(name, {})), f"{name}: add claims (tests/claims), or say in OTHERS why not"


@pytest.mark.parametrize("number", ["0.81", "13 of 15", "2e-15", "1.3e-14", "91.6 %", "86 %"])
def test_a_number_without_a_claim_is_found(number):
    assert len(unclaimed(f"A mean is {number}, of `0.5` seconds.", [])) == 1


def leaders(table: str, value: str, by: list[str], **where) -> set[str]:
    """The methods that have the highest value of a group of rows, over all groups."""
    found = rows(table, **where)
    return set(found.loc[found.groupby(by)[value].idxmax(), "method"])


@pytest.mark.parametrize("metric", ["velocity_r2", "position_r2"])
def test_within_recordings_ner_leads_in_velocity_and_position(metric):
    """By both protocols, published and trained here; what README.md answers to whether the paper replicates."""
    for value in ("published", "ours_mean"):
        assert leaders("retrained_within_medians", value, ["metric"], split="train", metric=metric) == {"ner"}
    where = {"embeddings": "this run", "metric": metric}
    assert leaders("finding2_train_and_test", "test", ["metric"], decoder="linear", **where) == {"ner"}
    # Not so by kNN, as the pages say.
    assert leaders("finding2_train_and_test", "test", ["metric"], decoder="knn", **where) == {"cebra16"}


@pytest.mark.parametrize("column", ["train", "test"])
def test_within_recordings_ner_does_not_lead_in_direction(column):
    where = {"embeddings": "this run", "decoder": "linear", "metric": "direction_accuracy"}
    assert leaders("finding2_train_and_test", column, ["metric"], **where) == {"umap-supervised"}


def test_across_recordings_ner_leads():
    """In every figure, decoder and metric that was run, but for the direction in S1; published and trained here."""
    means = TABLES["retrained_across_means"]
    assert set(means["figure"]) == {"fig5", "fig6", "fig7"}
    of_s1 = (means["figure"] == "fig7") & (means["metric"] == "direction_accuracy")
    for value in ("published", "ours_mean"):
        best = means[~of_s1].groupby(["figure", "decoder", "metric"])[value].idxmax()
        assert set(means.loc[best, "method"]) == {"ner"}
        assert means.loc[means.loc[of_s1, value].idxmax(), "method"] == "cebra"
    strict = rows("finding5_rotation", embeddings="this run")
    of_s1 = (strict["recordings"] == "han-s1") & strict["metric"].str.endswith("accuracy")
    best = {
        part: set(found.loc[found.groupby(["recordings", "decoder", "metric"])["strict"].idxmax(), "method"])
        for part, found in strict.groupby(of_s1)
    }
    assert best == {False: {"ner"}, True: {"cebra", "cebra16"}}
    strict = "across recordings of M1 (Fig 5), off-diagonal mean"
    assert set(rows("headlines", statement=strict)["method"]) == {"ner", "cebra", "pivae"}
    assert leaders("headlines", "strict", ["metric"], statement=strict) == {"ner"}
