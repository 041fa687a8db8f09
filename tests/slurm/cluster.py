"""A small SLURM on one machine, for as long as a test lasts: munged, slurmctld, and a slurmd for each
emulated node.

    with Cluster(nodes=2) as cluster:
        cluster.run("srun", "-N2", "hostname")

All of it lives in namespaces of its own: the network has nothing but the loopback device, so nothing can be
reached from outside and two clusters do not meet; a node has its own host name, processes and shared memory, so
MPI takes nodes for machines of their own. The file system is that of the machine. The daemons are children
that die with this process, and whatever jobs started dies with its node.

What a small cluster needs to be told is explained where it is written into slurm.conf.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = ("munged", "munge", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue", "mpirun", "ip",
            "unshare", "nsenter", "mount")
# What the plugin of srun for PMIx loads, by a name that comes with the files for developers.
PMIX = [f"/usr/lib/{os.uname().machine}-linux-gnu/pmix2/lib/libpmix.so", "/usr/lib64/libpmix.so"]
READY_SECONDS = 30
PR_SET_PDEATHSIG = 1

CONTROLLER = "login"
FIRST_PORT = 16817

# Ranks as root, and more of them than cores; only the loopback device, which Open MPI leaves out by itself.
# SLURM runs a task prolog before each task and batch script, whatever --export says, and takes its
# lines for the environment.
RANKS = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_oob_tcp_if_include": "lo", "OMPI_MCA_btl_tcp_if_include": "lo",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_mpi_yield_when_idle": "1", "OMP_WAIT_POLICY": "passive",
}

CONFIGURATION = """\
ClusterName=little
SlurmctldHost={controller}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
# A job that is queued again waits until its old credential has expired, which takes two minutes by default.
AuthInfo=socket={place}/munge/socket,cred_expire=10
StateSaveLocation={place}/state
# %n: the daemons share a file system, which machines would not; the last is also where PMIx meets.
SlurmdSpoolDir={place}/%n/spool
SlurmdPidFile={place}/%n/slurmd.pid
TmpFS={place}/%n/tmp
SlurmctldPidFile={place}/slurmctld.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/%n/slurmd.log
# Control groups would be those of the whole machine.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
TaskProlog={place}/prolog
MailProg=/bin/true
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
# What waits for seconds on a machine with thousands of jobs does not here.
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1
# Nodes may claim more cores and memory than the machine has.
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
# Ended jobs can be asked about for an hour, as there is no accounting.
MinJobAge=3600
SlurmdTimeout=60
UnkillableStepTimeout=60
{nodes}
PartitionName=work Nodes=ALL Default=YES DefaultTime=10 MaxTime=INFINITE DefMemPerCPU=100 State=UP
"""


def missing():
    """Why a cluster cannot be brought up here, or None."""
    absent = [name for name in PROGRAMS if not which(name)]
    if not any(Path(place).exists() for place in PMIX):
        absent.append("libpmix.so (Debian: libpmix-dev)")
    if absent:
        return f"not installed: {', '.join(absent)}"
    if os.geteuid() != 0:
        return "only root can emulate nodes (namespaces)"
    tried = subprocess.run(["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "true"],
                           capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no namespaces: {tried.stderr.strip()}"
    return None


def which(name):
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def die_with_parent():
    """Run in the child: it is killed when this process ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Cluster:
    def __init__(self, nodes=2, cpus=16, megabytes=64000):
        self.nodes = [f"n{i + 1}" for i in range(nodes)]
        self.cpus = cpus
        self.megabytes = megabytes
        self.place = None  # short: names of sockets are bounded
        self.daemons = []
        self.holder = None

    # ---- up and down ----

    def __enter__(self):
        self.place = Path(tempfile.mkdtemp(prefix="pfq-slurm-", dir="/tmp"))
        try:
            self.write_files()
            self.hold_namespaces()
            self.start_daemons()
            self.wait_until_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons):
            daemon.kill()
            daemon.wait()
        shutil.rmtree(self.place, ignore_errors=True)

    def write_files(self):
        self.place.chmod(0o755)
        for name in ("munge", "state", *self.nodes):
            (self.place / name).mkdir(mode=0o755)
        for name in self.nodes:
            (self.place / name / "spool").mkdir()
            (self.place / name / "tmp").mkdir()
        key = self.place / "munge" / "key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(256))
        nodes = "\n".join(
            f"NodeName={name} NodeHostname={name} NodeAddr=127.0.0.1 Port={FIRST_PORT + 1 + i} Sockets=1 "
            f"CoresPerSocket={self.cpus} ThreadsPerCore=1 RealMemory={self.megabytes} State=UNKNOWN"
            for i, name in enumerate(self.nodes))
        (self.place / "slurm.conf").write_text(CONFIGURATION.format(
            controller=CONTROLLER, port=FIRST_PORT, place=self.place, nodes=nodes))
        # Which version of control groups there is would be found out from systemd, and there is none.
        (self.place / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        # The other ways let ranks leave MPI_Init before all have arrived, which some of them do not survive.
        (self.place / "mpi.conf").write_text("PMIxCollFence=ring\n")
        (self.place / "hosts").write_text(f"127.0.0.1 localhost {CONTROLLER} {' '.join(self.nodes)}\n")
        prolog = self.place / "prolog"
        prolog.write_text("#!/bin/sh\n" + "".join(f"echo export {k}={v}\n" for k, v in RANKS.items()))
        prolog.chmod(0o755)

    def start(self, *command, log):
        with open(self.place / log, "w", encoding="utf-8") as out:
            child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=out, start_new_session=True, env=self.environment(),
                                     preexec_fn=die_with_parent)
        self.daemons.append(child)
        return child

    def hold_namespaces(self):
        """A process that does nothing but be in the namespaces of the cluster."""
        # A second address: the resolver takes a machine that has only 127.0.0.1 for one without a network.
        self.holder = self.start(
            "unshare", "--net", "--uts", "--mount", "--propagation", "private", "sh", "-c",
            f"hostname {CONTROLLER} && ip link set lo up && ip addr add 127.0.0.2/8 dev lo && "
            f"mount --bind {self.place}/hosts /etc/hosts && touch {self.place}/held && exec sleep infinity",
            log="holder.log")
        self.wait_for(lambda: (self.place / "held").exists(), "the namespaces", "holder.log")

    def start_daemons(self):
        munge = self.place / "munge"
        self.start(*self.inside(), "munged", "--foreground", f"--socket={munge}/socket",
                   f"--key-file={munge}/key", f"--pid-file={munge}/pid", f"--log-file={munge}/log",
                   f"--seed-file={munge}/seed", log="munged.log")
        self.wait_for(lambda: (munge / "socket").exists(), "munged", "munged.log")
        self.start(*self.inside(), "slurmctld", "-D", "-i", log="slurmctld.start")
        for name in self.nodes:
            # The shell is process 1 of the node: it collects what jobs leave, and its end ends the node.
            self.start(*self.inside(), "unshare", "--uts", "--mount", "--propagation", "private", "--pid", "--fork",
                       "--kill-child", "--mount-proc", "bash", "-c",
                       f"hostname {name} && mount -t tmpfs -o mode=1777 tmpfs /dev/shm && "
                       f"slurmd -D -N {name} & wait $!; exit 1", log=f"{name}.start")

    def wait_until_ready(self):
        def ready():
            said = self.run("sinfo", "-h", "-N", "-o", "%N %T", code=None, seconds=20)
            return sum(line.endswith(" idle") for line in said.splitlines()) == len(self.nodes)
        self.wait_for(ready, "idle nodes", "slurmctld.log")

    def wait_for(self, condition, what, log):
        end = time.monotonic() + READY_SECONDS
        while not condition():
            if time.monotonic() > end:
                text = (self.place / log).read_text(errors="replace") if (self.place / log).exists() else ""
                raise RuntimeError(f"no {what} after {READY_SECONDS} s: {text[-2000:]}")
            time.sleep(0.1)

    # ---- inside ----

    def environment(self):
        """What a user at the login node has; nothing of a job that this process may be in."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("SLURM", "SBATCH", "PMI", "OMPI_", "PARFASTQ"))}
        return {**kept, "PATH": f"{kept.get('PATH', '')}:/usr/sbin:/sbin",
                "SLURM_CONF": str(self.place / "slurm.conf")}

    def inside(self):
        return ["nsenter", "-t", str(self.holder.pid), "--net", "--uts", "--mount", f"--wdns={os.getcwd()}"]

    def run(self, *command, code=0, seconds=60, cwd=None, environment=None):
        """What a command prints at the login node. It must end with `code`, unless that is None."""
        words = self.inside()
        if cwd:
            words[-1] = f"--wdns={cwd}"
        done = subprocess.run(words + [str(word) for word in command], capture_output=True, text=True,
                              timeout=seconds, check=False, env={**self.environment(), **(environment or {})})
        if code is not None and done.returncode != code:
            raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}, not {code}\n"
                               f"{done.stdout}{done.stderr}")
        return done.stdout + (done.stderr if code is None or code else "")

    def job(self, number, field):
        """A field of `scontrol show job`, such as JobState or Restarts."""
        said = self.run("scontrol", "show", "job", "-o", number)
        return next((word.split("=", 1)[1] for word in said.split() if word.startswith(f"{field}=")), None)

    def wait_for_end(self, number, seconds=120):
        """Waits until no task of a job is left to run; its states."""
        end = time.monotonic() + seconds
        while True:
            states = self.run("squeue", "-h", "-r", "-t", "all", "-j", number, "-o", "%T").split()
            if states and not set(states) & {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "REQUEUED",
                                             "SUSPENDED", "SIGNALING", "STAGE_OUT"}:
                return states
            if time.monotonic() > end:
                raise RuntimeError(f"job {number} is {states} after {seconds} s: "
                                   + self.run("scontrol", "show", "job", number, code=None))
            time.sleep(0.2)
