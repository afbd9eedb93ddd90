"""Runs of one method on a raw file of the user's."""

from ner.data.simulation import simulate_session, write_trial_data

TABLE = "results/tables/within.csv"
DECODERS = {"linear": ["ner"], "knn": ["ner"]}
SETTINGS = {
    "recordings": ["mine-m1"],
    "methods": {"ner": {"steps": 20, "batch_size": 16, "temperature": 1.0}},
    "compare": ["ner"],
    "decoding": {"within": {"decoders": DECODERS}},
    "seeds": [0],
    "train_fraction": 0.8,
    "figures": {"fig4_knn": None, **{figure: {"methods": ["ner"]} for figure in ("fig3", "fig4", "fig4_strict")}},
}


def write_raw(path, seed):
    write_trial_data(path, simulate_session(seed=seed, trials=88, neurons={"M1": 4}, bins=40), "radians")


def configure(run, file="mine.mat", **changes):
    mine = {"monkey": "Mine", "areas": ["M1"], "bins": 40, "format": "trial_data", "file": file}
    run.configure(sessions={"mine": mine}, **{**SETTINGS, **changes})
