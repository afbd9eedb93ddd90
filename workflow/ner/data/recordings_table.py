"""What every recording of a run holds, and what was dropped on the way."""

from collections.abc import Sequence

import pandas as pd

from ner.data.columns import RECORDING
from ner.data.recordings import Recording
from ner.storage.tables import Column, Table, names

#: What a run's recordings are; one a row.
SUMMARY = Table(
    "tables/recordings.csv",
    (
        RECORDING,
        Column("monkey", "", "animal"),
        Column("area", "", "M1, PMd or S1"),
        Column("trials", "", "trials kept"),
        Column("train_trials", "", "trials kept that train: the first ones, in recording order"),
        Column("bins", "30 ms bins", "bins of every trial, from the go cue"),
        Column("neurons", "", "neurons recorded"),
        Column("silent_neurons", "", "neurons without a spike in any kept bin"),
        Column("dropped_trials", "", "trials of the source that are not in the recording"),
        Column("dropped", "", "which, numbered from 1 as in the source, and why"),
        Column("source", "", "file it was made from"),
        Column("sha1", "", "git blob SHA-1 of the source"),
    ),
    "what every recording holds, and what was dropped on the way",
)


def summary(recordings: Sequence[Recording]) -> pd.DataFrame:
    """One row a recording, in the columns of SUMMARY: how much was recorded, and what was dropped on the way."""
    rows = []
    for recording in recordings:
        metadata, dropped = recording.metadata, recording.metadata["dropped_trials"]
        rows.append(
            {
                "recording": recording.name,
                "monkey": metadata["monkey"],
                "area": metadata["area"],
                "trials": int(recording.trial[-1]) + 1,
                "train_trials": int(recording.trial[recording.train][-1]) + 1,
                "bins": recording.bins_per_trial,
                "neurons": recording.rates.shape[1],
                "silent_neurons": len(metadata["silent_neurons"]),
                "dropped_trials": len(dropped),
                "dropped": "; ".join(f"{entry['trial']}: {entry['reason']}" for entry in dropped),
                "source": metadata["source"],
                "sha1": metadata["sha1"],
            }
        )
    return pd.DataFrame(rows, columns=names(SUMMARY))
