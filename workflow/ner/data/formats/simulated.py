"""Simulated sessions, which the workflow writes as TrialData."""

from ner.data.formats import trial_data

SOURCES = ("simulate",)
SETTINGS = {key: trial_data.SETTINGS[key] for key in ("target_unit", "fields", "condition")}
offers = trial_data.offers


def read(path, area, window, settings):
    """Read a simulated session, as `ner.data.formats.trial_data.read` does."""
    return trial_data.read(path, area, window, trial_data.DEFAULTS | dict(settings))
