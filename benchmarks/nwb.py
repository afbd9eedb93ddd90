"""Time and memory of reading an NWB session: 200 units with waveforms, an hour of behavior at 1 kHz.

Run by hand: ``python benchmarks/nwb.py [folder]``. The file is generated (about 1 GB) unless it is there already, and
read in a process of its own, whose peak of memory is then that of reading alone.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ner.storage.files import atomic

UNITS, SECONDS, RATE, WAVEFORM = 200, 3600, 1000, 48
PERIOD = 4.0


def generate(path: Path) -> None:
    """A session in the layout of DANDI 000688: 900 trials, 10 spikes a second and unit, every one with its waveform."""
    from hdmf.common import DynamicTableRegion, VectorData, VectorIndex
    from pynwb import NWBHDF5IO, NWBFile, TimeSeries
    from pynwb.behavior import BehavioralTimeSeries
    from pynwb.misc import Units

    random = np.random.default_rng(0)
    file = NWBFile(session_description="x", identifier="x", session_start_time=datetime(2000, 1, 1, tzinfo=UTC))
    start = np.arange(0, SECONDS - PERIOD, PERIOD)
    direction = np.resize(np.arange(8), len(start)) * np.pi / 4
    for name in ("go_cue_time", "target_dir", "result"):
        file.add_trial_column(name, name)
    for begin, angle in zip(start, direction, strict=True):
        file.add_trial(start_time=begin, stop_time=begin + PERIOD, go_cue_time=begin + 1, target_dir=angle, result="R")
    group = file.create_electrode_group(
        "electrode_group_M1", description="M1", location="M1", device=file.create_device("array")
    )
    file.add_electrode(location="M1", group=group, group_name=group.name)
    counts = random.poisson(10 * SECONDS, UNITS)
    spikes = np.concatenate([np.sort(random.uniform(0, SECONDS, count)) for count in counts])
    # Column by column: unit by unit, pynwb copies what is there already. Waveforms go by another name, as the schema's
    # column of them has an index more.
    columns = []
    for name, values in (
        ("spike_times", spikes),
        ("snippets", random.normal(size=(len(spikes), WAVEFORM)).astype(np.float32)),
    ):
        target = VectorData(name=name, description=name, data=values)
        columns += [VectorIndex(name=f"{name}_index", data=np.cumsum(counts), target=target), target]
    region = DynamicTableRegion(
        name="electrodes", data=np.zeros(UNITS, dtype=int), description="", table=file.electrodes
    )
    columns += [VectorIndex(name="electrodes_index", data=np.arange(1, UNITS + 1), target=region), region]
    file.units = Units(name="units", description="units", id=np.arange(UNITS), columns=columns)
    times = np.arange(SECONDS * RATE) / RATE
    trial = np.minimum((times // PERIOD).astype(int), len(start) - 1)
    speed = 25 * np.sin(np.pi * np.clip((times - start[trial] - 1.2) / 0.6, 0, 1)) ** 2
    velocity = speed[:, None] * np.column_stack([np.cos(direction[trial]), np.sin(direction[trial])])
    velocity += random.normal(0, 0.3, velocity.shape)
    module = file.create_processing_module("behavior", "behavior")
    for place, name, values in (
        ("Velocity", "cursor_vel", velocity),
        ("Position", "cursor_pos", np.cumsum(velocity, axis=0) / RATE),
    ):
        series = TimeSeries(name=name, data=values, unit="cm/s", timestamps=times)
        module.add(BehavioralTimeSeries(name=place, time_series=[series]))
    with atomic(path) as temporary, NWBHDF5IO(temporary, "w") as io:
        io.write(file)


def read(path: Path) -> None:
    """Read the file as preprocessing does, and print what it took."""
    from ner.data.preprocessing import make_recording

    begin = time.perf_counter(), time.process_time()
    recording = make_recording(
        path,
        "x",
        format="nwb",
        area="M1",
        bins=40,
        train_fraction=0.8,
        settings={"nwb": {"layout": "perich-miller"}},
    )
    wall, processor = time.perf_counter() - begin[0], time.process_time() - begin[1]
    # Not of getrusage, which counts what the process that started this one had.
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 2**20
    print(f"{recording.rates.shape}: {wall:.1f} s ({processor:.1f} s of processor), peak memory {peak:.2f} GiB")


def main() -> None:
    """Generate the file where it is not there, and read it in another process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--read", action="store_true", help="only read")
    given = parser.parse_args()
    path = given.folder / "benchmark.nwb"
    if given.read:
        read(path)
        return
    if not path.exists():
        generate(path)
    print(f"{path}: {path.stat().st_size / 1e9:.2f} GB")
    subprocess.run([sys.executable, __file__, str(given.folder), "--read"], check=True)


if __name__ == "__main__":
    main()
