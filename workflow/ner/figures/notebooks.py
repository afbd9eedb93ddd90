"""Running notebooks: parameters in, an executed copy and a self-contained HTML page out."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ner.storage.errors import InputError
from ner.storage.files import atomic

#: Tag of the cell that shows the figure.
FIGURE_TAG = "figure"
_TEMPLATES = Path(__file__).parent / "templates"


#: Characters that the path of a socket may have on every system, and those that kernels add to their folder's.
_SOCKET_PATH, _OWN_PART = 100, 30


def _place_of_sockets() -> str | None:
    """A folder with a path so short that sockets fit in it, where that for temporary files is none."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) <= _SOCKET_PATH - _OWN_PART:
        return None
    return next((place for place in ("/tmp", "/var/tmp", "/dev/shm") if os.access(place, os.W_OK | os.X_OK)), None)


@contextmanager
def _own_kernel() -> Iterator[str]:
    """Let 'python3' be the running Python, whatever kernels, start-up files and modules of its own folder a user has.

    Yields:
        A folder of its own.
    """
    from ipykernel.kernelspec import write_kernel_spec

    variables = ("JUPYTER_PATH", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    before = {name: os.environ.get(name) for name in variables}
    with tempfile.TemporaryDirectory(prefix="ner-", dir=_place_of_sockets()) as folder:
        # -P: a file numpy.py in the current folder is no module.
        write_kernel_spec(str(Path(folder, "kernels", "python3")), python_arguments=["-P"])
        os.environ.update(dict.fromkeys(variables, folder))
        try:
            yield folder
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


@contextmanager
def _kernel_says_to(stream: TextIO) -> Iterator[None]:
    """Let a kernel's own messages go to a stream; they would tell a user of an error when a kernel is told to end.

    Args:
        stream: where they go; without a file of its own they stay on the standard error.
    """
    try:
        place = stream.fileno()
    except (AttributeError, OSError):
        yield
        return
    stream.flush()
    kept = os.dup(2)
    os.dup2(place, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def execute(template: str | os.PathLike, executed: str | os.PathLike, parameters: Mapping) -> None:
    """Run a notebook with parameters, keeping the executed copy also when a cell fails.

    Args:
        template: the notebook; its cell tagged `parameters` names every parameter it takes.
        executed: where the executed copy goes, up to the failing cell if there is one.
        parameters: values of the parameters; all of them, and no others.

    Raises:
        InputError: if the parameters are not those of the notebook, a cell fails or the kernel dies; it names the
            executed copy.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    declared = set(papermill.inspect_notebook(str(template)))
    if declared != set(parameters):
        raise InputError(
            template,
            f"parameters {sorted(declared)}",
            sorted(parameters),
            "make its cell tagged `parameters` and the rule that runs it agree",
        )
    Path(executed).parent.mkdir(parents=True, exist_ok=True)
    try:
        with _own_kernel() as folder, _kernel_says_to(sys.stderr):
            papermill.execute_notebook(
                str(template),
                str(executed),
                dict(parameters),
                kernel_name="python3",
                progress_bar=False,
                # A busy machine may take minutes to start a kernel, and seconds to hand over a cell's output.
                start_timeout=600,
                iopub_timeout=120,
                # Sockets in a folder of its own: TCP ports, and sockets in the working directory, which is the default,
                # can be taken by another notebook that starts at the same time.
                config=Config(KernelManager={"transport": "ipc", "ip": str(Path(folder, "kernel"))}),
            )
    except (PapermillExecutionError, DeadKernelError) as error:
        cell = f"cell {error.exec_count}: {error.ename}: {error.evalue}" if hasattr(error, "ename") else "a dead kernel"
        raise InputError(
            template, cell, "a notebook that runs", f"open {executed}, the executed copy, at its last cell"
        ) from error


def to_html(executed: str | os.PathLike, html: str | os.PathLike) -> None:
    """Render an executed notebook as one HTML page that loads nothing: its figure first, all code folded.

    Args:
        executed: the notebook; the cell tagged FIGURE_TAG comes right after the first one.
        html: the page to make.
    """
    import nbformat
    from jinja2 import FileSystemLoader
    from nbconvert import HTMLExporter

    notebook = nbformat.read(str(executed), as_version=4)
    tagged = [cell for cell in notebook.cells if FIGURE_TAG in cell.metadata.get("tags", [])]
    title, *others = [cell for cell in notebook.cells if cell not in tagged]
    notebook.cells = [title, *tagged, *others]
    exporter = HTMLExporter(
        extra_loaders=[FileSystemLoader(_TEMPLATES)],
        template_file="notebook.html.j2",
        embed_images=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": Path(html).stem.removesuffix("_notebook")}})
    with atomic(html) as path:
        path.write_text(page, encoding="utf-8")
