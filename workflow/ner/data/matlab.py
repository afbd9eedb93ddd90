"""MATLAB files of both kinds, v5 and v7.3 (HDF5), as arrays, texts, lists of cells and dicts of structs."""

import os
from collections.abc import Collection, Mapping

import numpy as np

from ner.data.file_kinds import kind_of, refuse_other
from ner.storage.errors import InputError

_EXPECTED = "a MATLAB .mat file"
_KINDS = ("a MATLAB v5 file", "a MATLAB v7.3 file", "an HDF5 file")
_REMEDY = "give the .mat file as MATLAB saved it"
#: Deepest nesting of cells and structs that is followed.
_DEPTH = 8


def load(path: str | os.PathLike, variables: Collection[str], fields: Collection[str] | None = None) -> dict:
    """Read variables of a .mat file.

    Args:
        path: a MATLAB v5 or v7.3 file.
        variables: their names.
        fields: of structs of a v7.3 file, the fields to read, as it may be larger than the memory; None reads all.

    Returns:
        Name to value: numbers as arrays (sparse ones made dense), texts as str, cells and struct arrays as lists, a
        single struct as a dict.

    Raises:
        InputError: if the file cannot be read, or lacks a variable.
    """
    kind = kind_of(path)
    if kind == _KINDS[0] or not kind:
        present, content = _load_v5(path, variables)
    elif kind in _KINDS:
        present, content = _load_v73(path, variables, fields)
    else:
        refuse_other(path, kind, _EXPECTED, _REMEDY)
    if missing := [name for name in variables if name not in content]:
        remedy = "check the session's `areas`, `format`, `file` and `fields`"
        raise InputError(path, f"the variables {sorted(present)}", f"also {missing}", remedy)
    return content


def variables(path: str | os.PathLike) -> list[str]:
    """Names of the variables of a .mat file.

    Raises:
        InputError: if the file cannot be read.
    """
    import h5py
    import scipy.io

    kind = kind_of(path)
    if kind and kind not in _KINDS:
        refuse_other(path, kind, _EXPECTED, _REMEDY)
    try:
        if kind in _KINDS[1:]:
            with h5py.File(path, "r") as file:
                return [name for name in file if not name.startswith("#")]
        return [name for name, _, _ in scipy.io.whosmat(path)]
    except Exception as error:  # as in load
        raise InputError(path, f"a file that cannot be read ({error})", _EXPECTED, _REMEDY) from error


def records(values: object, fields: Collection[str] | None = None) -> list[dict] | None:
    """The elements of a struct array, however it was saved; None if the value is no such thing.

    Args:
        values: a list of structs (a struct array, or a cell array of structs) or one struct whose fields are cell
            arrays with an element a trial.
        fields: names of the fields to give; absent ones are left out. None gives all.
    """
    if isinstance(values, dict):
        lengths = {len(cells) for cells in values.values() if isinstance(cells, list)}
        if len(lengths) == 1 and (length := lengths.pop()):
            # What is no cell holds for every trial, as one bin width does.
            values = [
                {name: cells[k] if isinstance(cells, list) else cells for name, cells in values.items()}
                for k in range(length)
            ]
        else:
            values = [values]
    if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
        return None
    return [{name: value for name, value in row.items() if fields is None or name in fields} for row in values]


def _load_v5(path, variables: Collection[str]) -> tuple[list[str], dict]:
    import scipy.io

    try:
        content = scipy.io.loadmat(path, variable_names=list(variables))
        present = [name for name, _, _ in scipy.io.whosmat(path)] if set(variables) - set(content) else variables
    except Exception as error:  # scipy's reader has no error of its own: damaged files raise whatever they run into
        raise InputError(path, f"a file that cannot be read ({error})", _EXPECTED, _REMEDY) from error
    return list(present), {name: _of_v5(content[name]) for name in variables if name in content}


def _of_v5(value: object, depth: int = 0) -> object:
    if depth > _DEPTH:
        return value
    # scipy's sparse matrices alone have it.
    if hasattr(value, "toarray"):
        return value.toarray()
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.names is not None:
        # Arrays of records: a struct of one element is a struct, of more a list.
        rows = [{name: _of_v5(row[name], depth + 1) for name in value.dtype.names} for row in value.ravel(order="F")]
        return rows[0] if len(rows) == 1 else rows
    if value.dtype == object:
        return [_of_v5(cell, depth + 1) for cell in value.ravel(order="F")]
    if value.dtype.kind == "U":
        return "".join(value.ravel().tolist())
    return value


def _load_v73(path, variables: Collection[str], fields: Collection[str] | None) -> tuple[list[str], dict]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            present = [name for name in file if not name.startswith("#")]
            return present, {name: _of_v73(file, file[name], fields) for name in variables if name in present}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise InputError(path, f"a file that cannot be read ({error})", _EXPECTED, _REMEDY) from error


def _of_v73(file, item, wanted: Collection[str] | None, depth: int = 0) -> object:
    """MATLAB writes columns first, so that every matrix stands transposed in HDF5."""
    import h5py

    kind = _text(item.attrs.get("MATLAB_class", b""))
    if isinstance(item, h5py.Group):
        if "MATLAB_sparse" in item.attrs:
            return _sparse(item)
        fields = {
            name: _of_v73(file, part, wanted, depth + 1)
            for name, part in item.items()
            if wanted is None or name in wanted
        }
        return _struct(item, fields)
    if item.attrs.get("MATLAB_empty", 0):
        return "" if kind == "char" else [] if kind == "cell" else np.zeros(tuple(int(n) for n in item[()].ravel()))
    if h5py.check_ref_dtype(item.dtype) is not None:
        if depth > _DEPTH:
            return []
        return [
            _of_v73(file, file[reference], wanted, depth + 1) if reference else np.zeros((0, 0))
            for reference in item[()].T.ravel(order="F")
        ]
    values = np.asarray(item[()])
    if kind == "char":
        return "".join(map(chr, values.T.ravel(order="F").tolist()))
    return values.T


def _struct(group, fields: Mapping) -> object:
    """A struct array stands in HDF5 as one group whose fields are references, an element each."""
    import h5py

    of_references = [
        name
        for name in fields
        for part in [group[name]]
        if isinstance(part, h5py.Dataset)
        and h5py.check_ref_dtype(part.dtype) is not None
        # A field that is itself a cell array says so; the elements of a struct array do not.
        and _text(part.attrs.get("MATLAB_class", b"")) != "cell"
    ]
    if not of_references or len(of_references) != len(fields):
        return dict(fields)
    length = min(len(fields[name]) for name in of_references)
    rows = [{name: fields[name][k] for name in of_references} for k in range(length)]
    return rows[0] if length == 1 else rows


def _sparse(group) -> np.ndarray:
    import scipy.sparse

    rows, columns = int(group.attrs["MATLAB_sparse"]), len(group["jc"]) - 1
    parts = [np.asarray(group[name]) if name in group else np.zeros(0) for name in ("data", "ir", "jc")]
    data, indices, starts = parts[0], parts[1].astype(int), parts[2].astype(int)
    return scipy.sparse.csc_array((data, indices, starts), shape=(rows, columns)).toarray()


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
