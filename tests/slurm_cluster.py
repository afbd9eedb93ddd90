"""A real SLURM of one node on the loopback, for as long as a test needs it."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

#: Debian's packages of them: munge, slurmctld, slurmd, slurm-client.
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol", "setpriv")

CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/controller
SlurmdSpoolDir={folder}/node
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=3600
KillWait=2
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=2
JobAcctGatherParams=OverMemoryKill
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class Missing(Exception):
    """What this machine lacks."""


class Cluster:
    """A running cluster: the environment of its clients, and the jobs it has had.

    Attributes:
        environment: what a client adds to its environment.
    """

    def __init__(self, folder: Path):
        # The plugin takes SLURM_CONF from the environment of its inner srun, so that srun must bring its own.
        config, programs = folder / "slurm.conf", folder / "bin"
        programs.mkdir()
        srun = programs / "srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={config} exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        self.environment = {"SLURM_CONF": str(config), "PATH": f"{programs}:{os.environ['PATH']}"}

    def run(self, *command: str, timeout: float = 20) -> str:
        """Standard output of a client.

        Raises:
            CalledProcessError: if it fails.
        """
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        ).stdout

    def jobs(self) -> list[dict[str, str]]:
        """Every job there was, oldest first: id, state, limit (of time), memory, cpus, and in comment its rule."""
        fields = {"id": "%A", "state": "%T", "limit": "%l", "memory": "%m", "cpus": "%C", "comment": "%k"}
        listed = self.run("squeue", "--noheader", "--states=all", "--sort=i", "--format", "|".join(fields.values()))
        return [dict(zip(fields, line.split("|"), strict=True)) for line in listed.splitlines()]


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait(what: str, seconds: float, ready, log: Path) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if ready():
                return
        except (subprocess.SubprocessError, OSError):
            pass
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not within {seconds} s; {log} ends: {log.read_text()[-1500:]}")
        time.sleep(0.1)


def _check(host: str) -> None:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise Missing(f"no {', '.join(missing)}: not installed (Debian: munge slurmctld slurmd slurm-client)")
    if os.getuid() != 0:
        raise Missing("not root, whom slurmd needs")
    try:
        address = socket.gethostbyname(host)
    except OSError:
        address = "nothing"
    # The daemons listen where the machine's name leads.
    if not address.startswith("127."):
        raise Missing(f"the machine's name, {host}, leads to {address} and not to the loopback")


@contextmanager
def cluster(folder: Path, cpus: int = 8, memory: int = 32000):
    """Start a cluster in an empty folder, and stop all of it afterwards, whatever happens between.

    Args:
        folder: of its configuration, state and logs; of a short name, as a socket is in it.
        cpus: that the node pretends to have.
        memory: MB that it pretends to have.

    Yields:
        The Cluster.

    Raises:
        Missing: if this machine cannot have one.
        RuntimeError: if a daemon does not come up.
    """
    host = socket.gethostname().partition(".")[0]
    _check(host)
    for name in ("controller", "node"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.touch(0o600)
    key.write_bytes(os.urandom(128))
    controller_port, node_port = _free_ports(2)
    (folder / "slurm.conf").write_text(
        CONFIG.format(
            host=host,
            folder=folder,
            controller_port=controller_port,
            node_port=node_port,
            cpus=cpus,
            memory=memory,
        )
    )
    found = Cluster(folder)
    with ExitStack() as stack:
        stack.callback(_end_leftovers, folder)

        def daemon(*command):
            log = folder / f"{command[0]}.log"
            # Daemons in the foreground, ended by the kernel if this process dies first.
            with log.open("wb") as output:
                process = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "TERM", *command],
                    env={**os.environ, **found.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            stack.callback(_end, process)
            return log

        munge = folder / "munge.socket"
        # By force, as its socket may lie where only we get at it.
        log = daemon(
            *(
                "munged",
                "--foreground",
                "--force",
                f"--key-file={key}",
                f"--socket={munge}",
                f"--pid-file={folder}/munged.pid",
            ),
            *(f"--log-file={folder}/munged.log", f"--seed-file={folder}/munge.seed", "--num-threads=2"),
        )
        _wait("munged", 20, lambda: found.run("munge", "-S", str(munge), "-n", timeout=5), log)
        log = daemon("slurmctld", "-D")
        _wait("slurmctld", 30, lambda: "UP" in found.run("scontrol", "ping", timeout=5), log)
        log = daemon("slurmd", "-D")
        _wait("slurmd", 30, lambda: found.run("sinfo", "-h", "-o", "%T", timeout=5).strip() == "idle", log)
        stack.callback(_cancel_all, found)
        yield found


def _cancel_all(found: Cluster) -> None:
    """A stopped slurmd leaves its jobs running, so they go first."""
    try:
        found.run("scancel", "--user=root")
        end = time.monotonic() + 20
        while time.monotonic() < end and found.run("squeue", "--noheader"):
            time.sleep(0.2)
    except subprocess.SubprocessError:
        return


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def processes(folder: Path) -> list[int]:
    """Processes whose environment names a cluster's configuration: its daemons, jobs and clients."""
    mark = f"SLURM_CONF={folder / 'slurm.conf'}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def _end_leftovers(folder: Path) -> None:
    end = time.monotonic() + 20
    while (left := processes(folder)) and time.monotonic() < end:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.1)
