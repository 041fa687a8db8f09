#!/usr/bin/env python3
"""The job scripts do on a SLURM of several nodes what they say.

    test_jobs.py WHAT --source DIRECTORY --build DIRECTORY --cmake CMAKE [--log FILE]

WHAT is one of the functions below that begin with `check_`, without that, or "short": those that take no
more than a few seconds each. The build is installed into a temporary directory, and its scripts are
started as a user would, on a cluster of emulated nodes that is brought up for the purpose. --log collects
what the jobs say. Exit code 77 where there can be no such cluster.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from pathlib import Path

from cluster import Cluster, missing

SKIPPED = 77
RANKS = ["--ntasks-per-node=2", "--cpus-per-task=1"]


class Jobs:
    """The cluster, the scripts, and a directory to work in."""

    def __init__(self, cluster, arguments, prefix, directory):
        self.cluster = cluster
        self.arguments = arguments
        self.directory = directory
        self.data = arguments.source / "tests" / "data"
        self.command = prefix / "bin" / "parfastq"
        self.scripts = prefix / "share" / "parfastq" / "jobs"
        self.environment = {"PARFASTQ_PYTHON": sys.executable}

    def sample(self, mate):
        return self.data / f"sample_R{mate}.fastq"

    def pair(self):
        return ["-1", self.sample(1), "-2", self.sample(2)]

    def submit(self, script, *words, options=(), **environment):
        """The number of the job."""
        said = self.cluster.run("sbatch", "--parsable", *options, self.scripts / script, *words,
                                cwd=self.directory, environment={**self.environment, **environment})
        return said.strip()

    def log_of(self, number):
        return "".join(path.read_text() for path in sorted(self.directory.rglob(f"*-{number}*.log")))

    def finish(self, number, states, seconds=120):
        """Waits for a job, whose tasks must end in these states, and returns its log."""
        found = sorted(self.cluster.wait_for_end(number, seconds))
        log = self.log_of(number)
        if self.arguments.log:
            with open(self.arguments.log, "a", encoding="utf-8") as collected:
                collected.write(f"==== {self.cluster.job(number, 'JobName')} {number}: {' '.join(found)}\n{log}\n")
        if found != sorted(states):
            sys.exit(f"job {number} ended as {found}, not {states}; its log:\n{log}")
        return log

    def do(self, script, *words, states=("COMPLETED",), seconds=120, **more):
        return self.finish(self.submit(script, *words, **more), list(states), seconds)

    def plain(self, name, *words):
        """The digest of what the command makes of the same words, in one process, without SLURM."""
        path = self.directory / name
        self.cluster.run(self.command, "convert", "-q", "-f", "-o", path, *words,
                         seconds=300)
        return digest(path)


def digest(path):
    from digest import digest as of  # h5py may be absent where the tests are skipped
    return of(path)


def must(condition, words):
    if not condition:
        sys.exit(words)


def must_say(log, *phrases):
    for phrase in phrases:
        must(phrase in log, f"\"{phrase}\" is missing in:\n{log}")


# ---- the checks ----


def check_lint(jobs):
    """SLURM takes every script as it is shipped."""
    for path in sorted(jobs.scripts.glob("*.sbatch")):
        jobs.cluster.run("sbatch", "--test-only", path, "words", cwd=jobs.directory)


def check_convert(jobs):
    """One sample over two nodes, by both launchers, from any directory; and what is refused."""
    expected = jobs.plain("plain.h5", *jobs.pair())
    for launcher in ("srun", "mpirun"):
        output = jobs.directory / f"{launcher}.h5"
        log = jobs.do("convert.sbatch", "-o", output, *jobs.pair(), options=RANKS, PARFASTQ_LAUNCH=launcher)
        must_say(log, f"4 of 1 threads, by {launcher}", "on n[1-2], start 1", "4000 records", "exit code 0")
        must(digest(output) == expected, f"{launcher} made another file")
        must(not list(jobs.directory.glob("*.checkpoint")), "a checkpoint is left")
    must_say(jobs.do("convert.sbatch", options=RANKS, states=["FAILED"]), "no arguments")
    must_say(jobs.do("convert.sbatch", "-o", "bad.h5", jobs.data / "bad_length.fastq", options=RANKS,
                     states=["FAILED"]), "bad_length.fastq:8: record 2", "exit code 1")
    must(not (jobs.directory / "bad.h5").exists(), "bad data left a file")
    said = jobs.cluster.run("bash", jobs.scripts / "convert.sbatch", "-o", "x.h5", code=None)
    must_say(said, "submit this file with sbatch")


def check_site(jobs):
    """What a site writes into its copy of site.sh is used: modules, command, launcher, partition."""
    site = jobs.directory / "our_site.sh"
    loaded = jobs.directory / "modules.txt"
    text = (jobs.scripts / "site.sh").read_text().replace("site_modules=()", "site_modules=(openmpi/4 hdf5/1.10)")
    site.write_text(f"{text}\nPARFASTQ_LAUNCH=mpirun\nmodule() {{ echo \"$*\" >>{loaded}; }}\n")
    log = jobs.do("affinity.sbatch", options=RANKS, PARFASTQ_SITE=str(site))
    must_say(log, "by mpirun", "rank 0 on n1", "rank 3 on n2")
    must_say(loaded.read_text(), "purge", "load openmpi/4 hdf5/1.10")
    must_say(jobs.do("affinity.sbatch", options=RANKS, states=["FAILED"], PARFASTQ="/no/such/command"),
             "/no/such/command is not to be found")
    must_say(jobs.do("affinity.sbatch", options=RANKS, states=["FAILED"], PARFASTQ_SRUN_MPI="pmi9"),
             "no --mpi=pmi9")
    said = jobs.cluster.run("bash", "-c", f"source {jobs.scripts}/site.sh && sbatch --wrap true", code=1,
                            environment={"PARFASTQ_PARTITION": "nowhere"})
    must_say(said, "nvalid partition")


def check_affinity(jobs):
    """Every rank and every thread is listed, with its node."""
    log = jobs.do("affinity.sbatch", options=["--ntasks-per-node=2", "--cpus-per-task=2"])
    must_say(log, *(f"rank {rank} on n{1 + rank // 2}: 2 threads" for rank in range(4)))


def check_stats(jobs):
    """Quality control of FASTQ over two nodes."""
    log = jobs.do("stats.sbatch", "--json", "qc.json", "--html", "qc.html", *jobs.pair(),
                  options=["--nodes=2", *RANKS])
    must_say(log, "290,896", "291,113")
    must((jobs.directory / "qc.json").stat().st_size > 1000, "no JSON")
    must_say((jobs.directory / "qc.html").read_text(), "</html>")


def check_array(jobs):
    """A table of samples: done ones are skipped, failed ones listed, and the rest can be run again."""
    data, results = jobs.data, jobs.directory / "results"
    lanes = f"{jobs.sample(1)},{jobs.sample(1)}\t{jobs.sample(2)},{jobs.sample(2)}"
    table = jobs.directory / "samples.tsv"
    table.write_text(f"# name\tmate 1\tmate 2\nlanes\t{lanes}\n\nbad\t{data / 'bad_length.fastq'}\n"
                     f"single\t{data / 'crlf.fastq'}\n")
    listed = ["bash", jobs.scripts / "samples.sh"]

    def array():
        return jobs.cluster.run(*listed, "--array", table, results).strip()

    must(array() == "1-3", f"--array says {array()}")
    options = [*RANKS, f"--array={array()}"]
    log = jobs.do("convert_array.sbatch", table, results, options=options,
                  states=["COMPLETED", "COMPLETED", "FAILED"])
    must_say(log, "bad_length.fastq:8: record 2")
    said = jobs.cluster.run(*listed, table, results, code=1)
    must_say(said, "done     lanes", "failed   bad   exit code 1, job ", "done     single",
             "3 samples: 2 done, 0 begun, 1 failed, 0 missing")
    must(array() == "2", f"--array says {array()}")
    expected = jobs.plain("lanes.h5", *jobs.pair(), *jobs.pair())
    must(digest(results / "lanes.h5") == expected, "lanes.h5 is another file")

    before = (results / "lanes.h5").stat().st_mtime_ns
    table.write_text(table.read_text().replace("bad_length.fastq", "one_record.fastq"))
    log = jobs.do("convert_array.sbatch", table, results, options=options, states=["COMPLETED"] * 3)
    must_say(log, "lanes.h5 exists: skipped", "single.h5 exists: skipped")
    must((results / "lanes.h5").stat().st_mtime_ns == before, "a sample that was done was written again")
    must_say(jobs.cluster.run(*listed, table, results), "3 done, 0 begun, 0 failed")
    jobs.cluster.run(*listed, "--array", table, results, code=2)
    for wrong in ("a b\tx\n", "a\tx\na\ty\n", "a\n", "# nothing\n", "../a\tx\n"):
        table.write_text(wrong)
        jobs.cluster.run(*listed, table, results, code=2)


def check_pipeline(jobs):
    """Convert, quality control, analysis: each begins when the one before has succeeded."""
    results = jobs.directory / "results with a blank"
    resources = "--nodes=2 --ntasks-per-node=2 --cpus-per-task=1"
    call = ["bash", jobs.scripts / "pipeline.sh", "--sbatch", resources]
    said = jobs.cluster.run(*call, "--dry-run", results, *jobs.pair(), cwd=jobs.directory)
    must(said.count("sbatch --parsable") == 3 and not results.exists(), f"a dry run did more than say: {said}")
    said = jobs.cluster.run(*call, results, *jobs.pair(), cwd=jobs.directory, environment=jobs.environment)
    steps = dict(line.split() for line in said.splitlines())
    must(list(steps) == ["convert", "stats", "analyse"], f"steps: {said}")
    for number in steps.values():
        jobs.finish(number, ["COMPLETED"])
    must(digest(results / "reads.h5") == jobs.plain("plain.h5", *jobs.pair()), "another file")
    rows = [line.split("\t") for line in (results / "by_position.tsv").read_text().splitlines()]
    must(len(rows) == 1 + 2 * 151 and rows[1][:3] == ["1", "1", "2000"], f"the table begins with {rows[:2]}")
    must((results / "qc.json").exists() and (results / "qc.html").exists(), "no reports")

    said = jobs.cluster.run(*call, jobs.directory / "bad", jobs.data / "bad_length.fastq",
                            cwd=jobs.directory, environment=jobs.environment)
    steps = dict(line.split() for line in said.splitlines())
    jobs.finish(steps["convert"], ["FAILED"])
    for step in ("stats", "analyse"):
        jobs.finish(steps[step], ["CANCELLED"])


def check_stage(jobs):
    """Inputs on the disks of the nodes, the output too where there is one node; and nothing is left there."""
    expected = jobs.plain("plain.h5", *jobs.pair())
    local = jobs.directory / "local"
    local.mkdir()
    settings = {"PARFASTQ_LOCAL": str(local)}
    log = jobs.do("convert.sbatch", "-o", "two.h5", *jobs.pair(), options=RANKS, PARFASTQ_STAGE="input", **settings)
    must_say(log, f"stage    {jobs.sample(1)} to {local}/parfastq-")
    log = jobs.do("convert.sbatch", "--output=one.h5", f"-1{jobs.sample(1)}", f"--read2={jobs.sample(2)}",
                  options=["--nodes=1", *RANKS], PARFASTQ_STAGE="input output", **settings)
    must_say(log, "stage    one.h5 is written as ")
    for name in ("one.h5", "two.h5"):
        must(digest(jobs.directory / name) == expected, f"{name} is another file")
    must_say(jobs.do("convert.sbatch", "-o", "no.h5", *jobs.pair(), options=RANKS, states=["FAILED"],
                     PARFASTQ_STAGE="output", **settings), "cannot be on the disk of a node")
    must(not list(local.iterdir()), f"left on the node: {list(local.iterdir())}")


def check_scaling(jobs):
    """A table and a drawing, over 1, 2 and 3 nodes."""
    options = ["--nodes=3", "--ntasks-per-node=1", "--cpus-per-task=1"]
    log = jobs.do("scaling.sbatch", "scaling", *jobs.pair(), options=options, PARFASTQ_RUNS="2", PARFASTQ_COPIES="2",
                  seconds=200)
    table = (jobs.directory / "scaling" / "scaling.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in table if not line.startswith("#")]
    must([row[:5] for row in rows[1:]] ==
         [["strong", n, n, "1", "6"] for n in "123"] + [["weak", n, n, "1", str(2 * int(n))] for n in "123"],
         f"the table is {table}")
    must(rows[1][-2:] == ["1.00", "1.00"], f"speed-up over itself: {rows[1]}")
    must_say(log, "# machine: ")
    drawing = xml.etree.ElementTree.parse(jobs.directory / "scaling" / "scaling.svg").getroot()
    must(len(drawing.findall("{*}polyline")) == 2, "no two lines are drawn")
    must(not (jobs.directory / "scaling" / "scaling.h5").exists(), "an HDF5 file is left")


def check_build(jobs):
    """The source is built and installed by a job."""
    prefix = jobs.directory / "installed"
    jobs.scripts = jobs.arguments.source / "jobs"
    log = jobs.do("build.sbatch", prefix, options=["--cpus-per-task=2"], seconds=500)
    must_say(log, f"done     {prefix}/bin/parfastq")
    log = jobs.do("affinity.sbatch", options=RANKS, PARFASTQ=str(prefix / "bin" / "parfastq"))
    must_say(log, "rank 3 on n2")


# ---- time limits ----


def many_reads(jobs, megabytes):
    """A file that takes a while, of reads that are not all alike."""
    rng, path = random.Random(7), jobs.directory / "many.fastq"
    blocks = []
    for _ in range(40):
        blocks.append("".join(
            f"@r{rng.getrandbits(40):x}\n{''.join(rng.choices('ACGT', k=150))}\n+\n"
            f"{''.join(rng.choices('!5?FI', k=150))}\n" for _ in range(100)))
    with open(path, "w", encoding="ascii") as file:
        while file.tell() < megabytes << 20:
            file.write(rng.choice(blocks))
    return path


SLOW = ["--slice-size", "64k", "--compress", "gzip:9"]


def wait_until_writing(jobs, number, times=1, seconds=90):
    """Until the log of a job says, for the n-th time, that ranks were started, and they have been at it."""
    end = time.monotonic() + seconds
    while jobs.log_of(number).count("begin    ") < times or jobs.cluster.job(number, "JobState") != "RUNNING":
        must(time.monotonic() < end, f"job {number} does not begin:\n{jobs.log_of(number)}")
        time.sleep(0.2)
    time.sleep(3)


def interrupted(jobs, launcher, reads, expected, signal="USR1"):
    """A job that is told twice that its time is over goes on both times, to the same file."""
    output = jobs.directory / f"{launcher}-{signal}.h5"
    number = jobs.submit("convert.sbatch", *SLOW, "-o", output, reads, options=RANKS, PARFASTQ_LAUNCH=launcher)
    for times in (1, 2):
        wait_until_writing(jobs, number, times)
        jobs.cluster.run("scancel", "--batch", f"--signal={signal}", number)
    log = jobs.finish(number, ["COMPLETED"], seconds=300)
    must(jobs.cluster.job(number, "Restarts") == "2", f"{launcher}: not two restarts:\n{log}")
    must_say(log, "ranks are asked to stop", f"requeue  {number}", "start 3")
    must(digest(output) == expected, f"{launcher}: another file than without an interruption")
    must(not Path(f"{output}.checkpoint").exists(), f"{launcher}: the checkpoint is left")


def check_requeue(jobs):
    """What is stopped by its time limit goes on, by both launchers; what is stopped too often says so."""
    reads = many_reads(jobs, 30)
    expected = jobs.plain("plain.h5", *SLOW, reads)
    interrupted(jobs, "srun", reads, expected)
    interrupted(jobs, "mpirun", reads, expected)
    interrupted(jobs, "srun", reads, expected, signal="TERM")

    local = jobs.directory / "local"
    local.mkdir()
    number = jobs.submit("convert.sbatch", *SLOW, "-o", "staged.h5", reads, options=["--nodes=1", *RANKS],
                         PARFASTQ_STAGE="input output", PARFASTQ_LOCAL=str(local))
    wait_until_writing(jobs, number)
    jobs.cluster.run("scancel", "--batch", "--signal=USR1", number)
    log = jobs.finish(number, ["COMPLETED"], seconds=300)
    must_say(log, "start 2", "staged.h5.checkpoint")
    must(digest(jobs.directory / "staged.h5") == expected, "staged: another file")
    must(sorted(path.name for path in jobs.directory.glob("staged*")) == ["staged.h5"], "staged: more is left")
    must(not list(local.iterdir()), "staged: something is left on the node")

    number = jobs.submit("convert.sbatch", *SLOW, "-o", "capped.h5", reads, options=RANKS, PARFASTQ_RESTARTS="1")
    for times in (1, 2):
        wait_until_writing(jobs, number, times)
        jobs.cluster.run("scancel", "--batch", "--signal=USR1", number)
    must_say(jobs.finish(number, ["FAILED"]), "unfinished after 1 restarts", "submit the same job again")
    must((jobs.directory / "capped.h5.checkpoint").exists(), "the checkpoint is gone")
    must(not (jobs.directory / "capped.h5").exists(), "there is an output, unfinished")
    jobs.do("convert.sbatch", *SLOW, "-o", "capped.h5", reads, options=RANKS, seconds=300)
    must(digest(jobs.directory / "capped.h5") == expected, "submitted again: another file")

    number = jobs.submit("convert.sbatch", *SLOW, "-o", "never.h5", reads, options=RANKS, PARFASTQ_RESTARTS="0")
    wait_until_writing(jobs, number)
    jobs.cluster.run("scancel", "--batch", "--signal=USR1", number)
    jobs.finish(number, ["FAILED"])
    must(not list(jobs.directory.glob("never.h5*")), "something is left of a job that keeps no checkpoint")


def check_time_limit(jobs):
    """The real thing: SLURM's own warning before the end of a job's time. It looks twice a minute."""
    reads = many_reads(jobs, 150)
    expected = jobs.plain("plain.h5", *SLOW, reads)
    number = jobs.submit("convert.sbatch", *SLOW, "-o", "limited.h5", reads,
                         options=[*RANKS, "--time=2", "--signal=B:USR1@90"], PARFASTQ_RESTARTS="60")
    log = jobs.finish(number, ["COMPLETED"], seconds=1200)
    must(int(jobs.cluster.job(number, "Restarts")) >= 1, f"never queued again:\n{log}")
    must_say(log, "ranks are asked to stop", "requeue ")
    must(digest(jobs.directory / "limited.h5") == expected, "another file than without a limit")


def is_rank(pid, command):
    try:
        return Path(f"/proc/{pid}/exe").resolve() == command.resolve()
    except OSError:
        return False


def check_killed_rank(jobs):
    """A rank that is killed ends the job, with a message, without a file, and soon."""
    reads = many_reads(jobs, 30)
    for launcher in ("srun", "mpirun"):
        number = jobs.submit("convert.sbatch", *SLOW, "-o", "killed.h5", reads, options=RANKS,
                             PARFASTQ_LAUNCH=launcher)
        wait_until_writing(jobs, number)
        ranks = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_rank(pid, jobs.command)]
        must(len(ranks) == 4, f"{launcher}: the ranks are {ranks}")
        os.kill(ranks[-1], signal.SIGKILL)
        log = jobs.finish(number, ["FAILED"], seconds=90)
        must("ill" in log, f"nothing is said of it:\n{log}")
        must(not (jobs.directory / "killed.h5").exists(), "there is an output")


CHECKS = {name[len("check_"):]: check for name, check in list(globals().items()) if name.startswith("check_")}
SHORT = ("lint", "convert", "site", "affinity", "stats", "array", "pipeline", "stage", "scaling")


def why_not():
    try:
        import h5py  # noqa: F401
    except ImportError:
        return f"{sys.executable} has no h5py"
    return missing()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", choices=["short", *CHECKS])
    for option in ("--source", "--build"):
        parser.add_argument(option, type=lambda text: Path(text).resolve(), required=True)
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="pfq-prefix-") as prefix, Cluster(nodes=4) as cluster:
        subprocess.run([arguments.cmake, "--install", arguments.build, "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
        for name in SHORT if arguments.what == "short" else [arguments.what]:
            begin = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="pfq-jobs-") as directory:
                CHECKS[name](Jobs(cluster, arguments, Path(prefix), Path(directory)))
            print(f"{name}: good, {time.monotonic() - begin:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
