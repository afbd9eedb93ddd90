"""The tests between methods in words, as pages say them."""

import itertools

import numpy as np
import pandas as pd

from ner.decoding.method_tests import compare_across, within_tests
from ner.figures.words import in_words

METHODS = ["ner", "cebra", "rates-history", "rates"]


def within(recordings):
    random = np.random.default_rng(0)
    rows = [
        (method, recording, "velocity_r2", 0, random.normal())
        for method, recording in itertools.product(METHODS, recordings)
    ]
    return within_tests(pd.DataFrame(rows, columns=["method", "recording", "metric", "seed", "value"]))


def test_a_pair_of_methods_is_a_line():
    lines = in_words(within("abcd")).splitlines()
    assert len(lines) == 6
    assert all(line.startswith("- Velocity R² of ") and line.endswith("over seeds is not known.") for line in lines)


def test_lines_about_a_method_are_about_no_other_of_a_like_name():
    lines = in_words(within("abcd"), "rates").splitlines()
    assert len(lines) == 3 and all("of rates " in line or "of rates:" in line for line in lines)


def test_decoders_and_kinds_of_pairs_have_lists_of_their_own():
    random = np.random.default_rng(0)
    rows = [
        (method, a, b, "knn", "position_r2", random.normal())
        for method, a, b in itertools.product(METHODS[:2], "abc", "abc")
    ]
    table = pd.DataFrame(rows, columns=["method", "source", "target", "decoder", "metric", "value"])
    said = in_words(compare_across(table, dict.fromkeys(METHODS[:2], list("abc"))))
    assert [line for line in said.splitlines() if line.startswith("**")] == [
        "**knn, diagonal**",
        "**knn, off-diagonal**",
    ]


def test_where_nothing_is_tested_the_page_says_so():
    assert in_words(within("a")) == "No two methods have two recordings in common."
