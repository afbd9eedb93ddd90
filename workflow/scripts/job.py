"""What every script of the workflow does around its one call of the library."""

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


@contextmanager
def job(snakemake) -> Iterator[None]:
    """Run a rule's work: threads limited to the rule's, output to its log, bad input as one line.

    Use it before importing torch, numba or numpy, which read their thread limits when they load.

    Args:
        snakemake: the object that Snakemake gives to a script.

    Raises:
        SystemExit: with status 1, after one line on standard error, if the library raised InputError.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[variable] = str(snakemake.threads)
    # A cluster's time limit arrives as SIGTERM: leave as after an error, so that nothing half-written stays.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    terminal = sys.stderr
    with open(snakemake.log[0], "w", buffering=1) as log, redirect_stdout(log), redirect_stderr(log):
        from ner.errors import InputError

        try:
            yield
        except InputError as error:
            traceback.print_exc()
            print(f"error: {error}", file=terminal)
            sys.exit(1)
        except BaseException:
            traceback.print_exc()
            raise
