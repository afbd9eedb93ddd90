"""Writing a file so that it is either whole or absent."""

import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path in the target's folder; move it onto the target when the block succeeds.

    The temporary file keeps the target's extension (writers choose formats by it) and is removed
    when the block fails, so that a full disk or a kill leaves the old file or none. What a SIGKILL,
    which nothing can react to, left of an earlier attempt at the same target is removed first.

    Args:
        path: the file to make or replace; its folder is made when missing.

    Raises:
        OSError: if the folder cannot be written.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A node of a cluster knows nothing of another one's processes.
    own = re.escape(f".{target.stem}.{platform.node()}.")
    pattern = re.compile(rf"{own}(\d+)\.partial{re.escape(target.suffix)}")
    for left in target.parent.iterdir():
        if (found := pattern.fullmatch(left.name)) and not _runs(int(found[1])):
            left.unlink(missing_ok=True)
    temporary = target.with_name(f".{target.stem}.{platform.node()}.{os.getpid()}.partial{target.suffix}")
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
