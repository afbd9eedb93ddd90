"""Opening an NWB file, and finding the objects in it by their paths."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from ner.data.file_kinds import kind_of, refuse_other
from ner.storage.errors import InputError

_EXPECTED = "an NWB file"
_REMEDY = "fetch it again, or correct `file`"
#: Latest version of NWB whose objects are known.
_MAJOR = 2


@contextmanager
def opened(path: str | os.PathLike) -> Iterator:
    """Give the NWBFile of a path, whose large arrays are read when they are asked for.

    Raises:
        InputError: if the file is no NWB file, of a version to come, or damaged.
    """
    from pynwb import NWBHDF5IO

    _check_version(path)
    with warnings.catch_warnings():
        # What hdmf says of files that stray from the schema is no help to a user; what matters is checked here.
        warnings.simplefilter("ignore")
        try:
            io = NWBHDF5IO(path, "r", load_namespaces=True)
        except Exception as error:  # pynwb lets through whatever a damaged file raises
            raise InputError(path, f"a file that cannot be read ({_line(error)})", _EXPECTED, _REMEDY) from error
        with io:
            try:
                file = io.read()
            except Exception as error:  # the same
                found = (
                    f"objects that cannot be read, as they refer to what is not there or are unknown ({_line(error)})"
                )
                raise InputError(path, found, _EXPECTED, _REMEDY) from error
            try:
                yield file
            except (OSError, RuntimeError) as error:
                raise InputError(path, f"a damaged file ({_line(error)})", _EXPECTED, _REMEDY) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _check_version(path: str | os.PathLike) -> None:
    import h5py

    if (kind := kind_of(path)) != "an HDF5 file":
        refuse_other(path, kind, _EXPECTED, _REMEDY)
    try:
        with h5py.File(path, "r") as file:
            version = file.attrs.get("nwb_version", file.get("nwb_version"))
            version = version[()] if isinstance(version, h5py.Dataset) else version
    except (OSError, RuntimeError) as error:
        raise InputError(path, f"a file that cannot be read ({_line(error)})", _EXPECTED, _REMEDY) from error
    if version is None:
        raise InputError(
            path, "an HDF5 file without nwb_version", _EXPECTED, "check `file` and `format` of the session"
        )
    version = version.decode() if isinstance(version, bytes) else str(version)
    major = version.removeprefix("NWB-").partition(".")[0]
    if not major.isdigit() or int(major) != _MAJOR:
        raise InputError(path, f"NWB {version}", f"NWB {_MAJOR}", "convert it with the tools of its archive")


#: What else may be done where a column is missing, by the config key that names it.
_OTHERWISE = {"align": ", or set `step`, which cuts windows", "direction": ", or set it to null"}


def columns(table: object) -> list[str]:
    """Names of the columns of a table."""
    return list(table.colnames)


def column(path: str | os.PathLike, table: object, name: str, key: str) -> object:
    """A column of the trials or units.

    Args:
        path: the file, for messages.
        table: the table.
        name: the column's name.
        key: the config key that names it.

    Raises:
        InputError: if there is none of that name.
    """
    if name not in table.colnames:
        found = f"a table {table.name} with the columns {columns(table)}"
        remedy = f"correct nwb.{key} of the session{_OTHERWISE.get(key, '')}"
        raise InputError(path, found, f"also {name!r}", remedy)
    return table[name]


def series(path: str | os.PathLike, file: object, place: str, key: str) -> object:
    """A time series by its path, as processing/behavior/Velocity/cursor_vel.

    Args:
        path: the file, for messages.
        file: the NWBFile.
        place: the path inside it; names may hold anything but slashes.
        key: the config key that names it.

    Raises:
        InputError: if there is none; it says what is there.
    """
    found, remaining = file, place.strip("/").split("/")
    walked = []
    while remaining:
        inside = _children(found)
        if remaining[0] not in inside:
            here = "/".join(walked) or "the file"
            found = f"{sorted(inside)} in {here}"
            raise InputError(path, found, f"{place}", f"correct nwb.{key} of the session")
        walked.append(remaining[0])
        found = inside[remaining.pop(0)]
    if not hasattr(found, "data"):
        raise InputError(
            path, f"{place}, which holds {sorted(_children(found))}", "a time series", f"correct nwb.{key}"
        )
    return found


def _children(item: object) -> dict[str, object]:
    """Named objects inside one of the file's."""
    from pynwb import NWBFile

    if isinstance(item, NWBFile):
        return {"processing": item.processing, "acquisition": item.acquisition, "analysis": item.analysis}
    if hasattr(item, "children"):
        return {child.name: child for child in item.children}
    return dict(item) if hasattr(item, "keys") else {}


def all_series(file: object) -> dict[str, object]:
    """Path to every time series of the behavior and the acquisition."""
    from pynwb import TimeSeries

    found = {}

    def walk(item, place):
        for name, child in _children(item).items():
            if isinstance(child, TimeSeries):
                found[f"{place}{name}"] = child
            else:
                walk(child, f"{place}{name}/")

    walk(file, "")
    return found
