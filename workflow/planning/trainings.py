"""How long the methods of a run are trained, and how long the authors trained them."""

from collections.abc import Iterable, Mapping

from ner.methods import registry as methods

#: Settings that say how long a method is trained.
LENGTHS = ("steps", "epochs")


def training_lengths(config: Mapping, names: Iterable[str]) -> list[tuple[str, str, int, int]]:
    """Method, setting, its value in a run and in the paper, of the methods that torch trains.

    Args:
        config: a configuration that `validate` accepts.
        names: of methods in config; the defaults of their modules are the authors' settings.
    """
    found = []
    for name in names:
        entry = config["methods"][name]
        if not methods.trained(entry["module"]):
            continue
        settings, paper = (methods.complete_settings(entry["module"], given) for given in (entry, {}))
        found += [(name, length, settings[length], paper[length]) for length in LENGTHS if length in settings]
    return found
