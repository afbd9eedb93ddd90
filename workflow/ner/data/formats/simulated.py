"""Simulated sessions, which the workflow writes as TrialData."""

from ner.data.formats import trial_data

SOURCES = ("simulate",)
SETTINGS = {"target_unit": trial_data.SETTINGS["target_unit"]}


def read(path, area, window, settings):
    """Read a simulated session, as `ner.data.formats.trial_data.read` does."""
    return trial_data.read(path, area, window, trial_data.DEFAULTS | dict(settings))
