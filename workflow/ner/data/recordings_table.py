"""What every recording of a run holds, what was dropped on the way, and what is odd about it."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ner.data.checks.copies import same_trials
from ner.data.columns import RECORDING
from ner.data.names import RecordingName
from ner.data.recordings import Recording
from ner.storage.errors import InputError
from ner.storage.tables import Column, Table, names

#: What a run's recordings are; one a row.
SUMMARY = Table(
    "tables/recordings.csv",
    (
        RECORDING,
        Column("monkey", "", "animal"),
        Column("area", "", "M1, PMd or S1"),
        Column("trials", "", "trials kept"),
        Column("split", "", "how they are split; of folds this row is the last one"),
        Column("train_trials", "", "trials kept that train"),
        Column(
            "bins",
            "",
            "bins of every trial (12-40: of their own lengths), from the go cue or what else the session is cut from",
        ),
        Column("bin_seconds", "s", "width of a bin"),
        Column("neurons", "", "neurons recorded"),
        Column("silent_neurons", "", "neurons without a spike in any kept bin"),
        Column("directions", "", "different target directions; 0 where the task has none"),
        Column("conditions", "", "different conditions: the directions, unless config names others; 0 for none"),
        Column("dropped_trials", "", "trials of the source that are not in the recording"),
        Column("dropped", "", "why, and which: numbered from 1 as in the source"),
        Column("movement_angle", "degrees", "from the label to the hand's displacement, median over trials"),
        Column(
            "elsewhere", "", "trials whose hand goes more than 60 degrees from that, numbered from 1, the worst first"
        ),
        Column("warnings", "", "what is odd about the recording, and may mislead"),
        Column("source", "", "file it was made from"),
        Column("sha1", "", "git blob SHA-1 of the source"),
    ),
    "what every recording holds, what was dropped on the way, and what is odd about it",
)
#: Share of dropped trials above which a run says so.
MANY_DROPPED = 0.2
#: Share of trials that two sessions may have in common by chance; it should be none.
_SHARED = 0.1


def summary(recordings: Sequence[Recording], split: str = "") -> pd.DataFrame:
    """One row a recording, in the columns of SUMMARY: how much was recorded, and what was dropped on the way.

    Args:
        recordings: of each, where there are folds, the last one.
        split: how the trials are split, in words.
    """
    rows = []
    for recording in recordings:
        metadata, dropped = recording.metadata, recording.metadata["dropped_trials"]
        angle = metadata.get("movement_angle", {})
        rows.append(
            {
                "recording": recording.name,
                "monkey": metadata["monkey"],
                "area": metadata["area"],
                "trials": int(recording.trial[-1]) + 1,
                "split": split,
                "train_trials": int(recording.trial[recording.train][-1]) + 1,
                "bins": _span(recording.lengths),
                "bin_seconds": recording.bin_seconds,
                "neurons": recording.rates.shape[1],
                "silent_neurons": len(metadata["silent_neurons"]),
                "directions": len(set(recording.trial_direction.tolist())) if recording.has_directions else 0,
                "conditions": len(set(recording.trial_condition.tolist())) if recording.has_conditions else 0,
                "dropped_trials": len(dropped),
                "dropped": reasons(dropped),
                "movement_angle": angle.get("median"),
                "elsewhere": " ".join(map(str, angle.get("elsewhere", []))),
                "warnings": "; ".join(metadata.get("warnings", [])),
                "source": metadata["source"],
                "sha1": metadata["sha1"],
            }
        )
    return pd.DataFrame(rows, columns=names(SUMMARY))


def reasons(dropped: Sequence[Mapping]) -> str:
    """Why trials were dropped, the most frequent reason first: "no target: 3 (7-8, 20); no go cue: 1 (5)"."""
    numbers: dict[str, list[int]] = {}
    for entry in dropped:
        numbers.setdefault(entry["reason"], []).append(entry["trial"])
    ordered = sorted(numbers.items(), key=lambda item: -len(item[1]))
    return "; ".join(f"{reason}: {len(found)} ({_ranges(found)})" for reason, found in ordered)


def notices(recording: Recording) -> list[str]:
    """What a run says of a recording on the terminal, a line each: what is odd, and many dropped trials."""
    dropped = recording.metadata["dropped_trials"]
    total = len(dropped) + int(recording.trial[-1]) + 1
    lines = list(recording.metadata.get("warnings", []))
    if len(dropped) > MANY_DROPPED * total:
        lines.append(f"{len(dropped)} of {total} trials dropped ({reasons(dropped)})")
    return [f"{recording.name}: {line}" for line in lines]


def refuse_one_session_twice(recordings: Sequence[Recording]) -> None:
    """Refuse recordings that are one under two names.

    They are of different sessions that hold the same trials, as two copies of one file do, or of areas with the same
    spikes.

    Raises:
        InputError: naming both.
    """
    firsts: dict[str, Recording] = {}
    for recording in recordings:
        firsts.setdefault(recording.metadata["session"], recording)
    for one, other in combinations(recordings, 2):
        if one.metadata["session"] == other.metadata["session"] and np.array_equal(one.rates, other.rates):
            raise InputError(
                f"recordings {one.name} and {other.name}",
                f"the same spikes ({one.metadata['source']})",
                "other neurons in every area",
                "leave one of them out, or correct where the session finds its area",
            )
    movements = {session: first.common().per_trial(first.common().velocity) for session, first in firsts.items()}
    for one, other in combinations(firsts, 2):
        share = same_trials(movements[one], movements[other])
        if _are_forms_of_one_day(firsts[one], firsts[other]):
            continue
        # Selections of one file's trials may share some.
        same_file, same_choice = (
            firsts[one].metadata.get(key) == firsts[other].metadata.get(key) for key in ("sha1", "keep")
        )
        if share > _SHARED and (same_choice or not same_file):
            raise InputError(
                f"sessions {one} and {other}",
                f"{share:.0%} of the trials of one in the other ({firsts[one].metadata['source']}, "
                f"{firsts[other].metadata['source']})",
                "sessions of different trials",
                "leave one of them out; name the areas of a session in one entry",
            )


def _are_forms_of_one_day(one: Recording, other: Recording) -> bool:
    """Whether one is the authors' smoothed form of a day and the other of raw spikes, which verify_raw compares."""
    days = {(recording.metadata["monkey"], RecordingName.parse(recording.name).date) for recording in (one, other)}
    forms = [recording.metadata.get("format") == "smoothed" for recording in (one, other)]
    return len(days) == 1 and forms[0] != forms[1]


def _span(lengths: np.ndarray) -> int | str:
    """Bins of the trials: one number, or '12-40'."""
    least, most = int(lengths.min()), int(lengths.max())
    return least if least == most else f"{least}-{most}"


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers as '1-3, 7'."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)
