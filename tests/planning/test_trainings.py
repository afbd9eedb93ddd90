"""How long methods are trained: a row for each setting of a method that is trained, whole numbers on both sides."""

from planning.trainings import training_lengths

METHODS = {
    "ner": {"module": "ner", "steps": 200},
    "pivae": {"module": "pivae"},
    # Its epochs are no training.
    "umap": {"module": "umap", "epochs": 100},
    "pca": {"module": "pca"},
}


def test_lengths_are_those_of_methods_that_are_trained():
    assert training_lengths({"methods": METHODS}, METHODS) == [
        ("ner", "steps", 200, 20000),
        ("pivae", "epochs", 50, 50),
    ]
