#!/usr/bin/env python3
"""Whatever fails on whatever rank, the run ends soon, says so once, and leaves no output.

    test_faults.py CLAIM --mpiexec MPIRUN --command PARFASTQ --fault LIBRARY [--seed N]

CLAIM is one of
    failing_calls   a read or write of a file fails on one rank: one error, exit code 3
    shrinking_file  the input is cut short while it is read: one error that names it, exit code 3
    killed_rank     a rank is killed at some call, or at any moment: the launcher ends all of them
    full_disk       no space for the output: one error that says so, exit code 3
A hang is a failure: every run has its time limit. Exit code 77: this cannot be tried here.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "errors"))
import many

SKIPPED = 77
SECONDS = 60          # for a run that fails
SECONDS_AFTER_KILL = 30
LARGE_BYTES = 200_000_000
SMALL_BYTES = 600_000
TMPFS = "4m"
RANKS = 3


def sample(rng, records):
    lines = []
    for i in range(records):
        bases = bytes(rng.choice(b"ACGT") for _ in range(100))
        quality = bytes(rng.randrange(33, 75) for _ in range(100))
        lines.append(b"@read%d/1\n%s\n+\n%s\n" % (i, bases, quality))
    return b"".join(lines)


def make_reads(path, total_bytes, rng):
    text = sample(rng, 2000)
    with open(path, "wb") as file:
        for _ in range(total_bytes // len(text) + 1):
            file.write(text)
    return path


class Bench:
    """A directory, the input in it, and what is wrong so far."""

    def __init__(self, arguments, directory, total_bytes):
        self.arguments, self.directory = arguments, Path(directory)
        self.machine = many.Machine(arguments.mpiexec, arguments.command)
        self.rng = random.Random(arguments.seed)
        self.total_bytes = total_bytes
        self.reads = make_reads(self.directory / "reads.fastq", total_bytes, self.rng)
        self.mark = self.directory / "mark"
        self.wrong, self.runs = [], 0

    def launch(self, ranks, words, fault=None):
        """The command line; fault: the FAULT_ variables of fault.c."""
        preload = []
        if fault:
            self.mark.unlink(missing_ok=True)
            variables = {**fault, "MARK": self.mark}
            preload = ["env", f"LD_PRELOAD={self.arguments.fault}",
                       *(f"FAULT_{name}={value}" for name, value in variables.items())]
        launch = [self.arguments.mpiexec, "-n", ranks, *preload, self.arguments.command, *words]
        return [str(word) for word in launch]

    def run(self, ranks, words, fault=None):
        self.runs += 1
        return many.run(self.launch(ranks, words, fault), SECONDS, cwd=self.directory)

    def convert(self, *words):
        return ["convert", "-q", "--slice-size", "16k", "-o", "out.h5", *words, "reads.fastq"]

    def filter(self):
        return ["filter", "-q", "--slice-size", "16k", "--no-name-check", "--min-length", "1", "-o",
                "out.h5", "-1", "reads.fastq", "-2", "reads.fastq"]

    def hold(self, condition, claim, ended):
        if not condition:
            said = f"code {ended.code}, said {many.said(ended)}" if ended else ""
            self.wrong.append(f"{claim}; {said}")
        return condition

    def left_over(self, directory=None):
        """Names in the directory that were not there before a run."""
        mine = {self.reads.name, self.mark.name, "good.h5"}
        return sorted(path.name for path in (directory or self.directory).iterdir()
                      if path.name not in mine)

    def failed_cleanly(self, claim, ended, *fragments, directory=None):
        """Exit code 3, one message with one of the fragments, nothing left."""
        lines = many.said(ended)
        self.hold(ended.code == 3, f"{claim}: wants exit code 3", ended)
        self.hold(len(lines) == 1 and lines[0].startswith("parfastq: ") and
                  any(fragment in lines[0] for fragment in fragments),
                  f"{claim}: wants one line with one of {fragments}", ended)
        left = self.left_over(directory)
        self.hold(not left, f"{claim}: left behind {left}", ended)
        for name in left:
            ((directory or self.directory) / name).unlink()


# ---- claims ----

def failing_calls(bench):
    """A call fails on rank r at number n; where there are not so many calls, the run is good."""
    happened = 0
    for call in ("read", "write"):
        for rank in range(RANKS):
            convert, some = bench.convert("--writer", "direct"), bench.rng.randrange(3, 14)
            for words, number in [(convert, number) for number in (0, 1, 2, 5, some, 10000)] + [
                    (bench.filter(), number) for number in (0, some)]:
                if number == 10000 and rank:
                    continue  # once is enough to see that a fault that never comes is none
                ended = bench.run(RANKS, words, {
                    "KIND": "fail", "CALL": call, "RANK": rank, "NUMBER": number})
                claim = f"{words[0]}: {call} {number} of rank {rank} fails"
                if bench.mark.exists():
                    happened += 1
                    bench.failed_cleanly(claim, ended, "reads.fastq", "out.h5")
                else:
                    bench.hold(ended.code == 0, f"{claim} (never): wants exit code 0", ended)
                    (bench.directory / "out.h5").unlink(missing_ok=True)
    bench.hold(happened >= 12, f"only {happened} faults happened", None)


def shrinking_file(bench):
    for rank in range(RANKS):
        for number in (0, 1, 3):
            ended = bench.run(RANKS, bench.convert(), {
                "KIND": "shrink", "CALL": "read", "RANK": rank, "NUMBER": number,
                "FILE": bench.reads})
            claim = f"the input shrinks at read {number} of rank {rank}"
            if bench.hold(bench.mark.exists(), f"{claim}: it did not", ended):
                bench.failed_cleanly(claim, ended, "reads.fastq")
            (bench.directory / "out.h5").unlink(missing_ok=True)
            make_reads(bench.reads, bench.total_bytes, bench.rng)


def end_of_killed(bench, claim, process, began):
    """Waits for the launcher after a kill: soon, not with 0, without an output."""
    try:
        code = process.wait(SECONDS_AFTER_KILL)
    except subprocess.TimeoutExpired:
        many.end_group(process)
        bench.wrong.append(f"{claim}: no end after {time.monotonic() - began:.0f} s")
        return
    left = bench.left_over()
    if code == 0 or "out.h5" in left:
        bench.wrong.append(f"{claim}: exit code {code}, left {left}")
    print(f"{claim}: ended after {time.monotonic() - began:.1f} s with {code}, left {left}")
    for name in left:
        (bench.directory / name).unlink()


def start(bench, words, fault=None):
    bench.runs += 1
    return subprocess.Popen(bench.launch(RANKS, words, fault), cwd=bench.directory,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True)


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def program_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def wait_for_output(bench, process):
    """Waits until the output is being written, or the run is over."""
    until = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < until:
        if any(name.endswith(".part") for name in bench.left_over()):
            return True
        time.sleep(0.01)
    return False


def killed_rank(bench):
    words = ["convert", "-q", "--slice-size", "1M", "-o", "out.h5", "reads.fastq"]
    for call, rank, number in (("read", 0, 0), ("sum", 1, 4), ("write", 2, 1), ("sum", 0, 30),
                               ("read", 1, 9), ("sum", 2, 57)):
        began = time.monotonic()
        process = start(bench, words, {"KIND": "kill", "CALL": call, "RANK": rank,
                                       "NUMBER": number})
        while process.poll() is None and not bench.mark.exists() and \
                time.monotonic() - began < SECONDS:
            time.sleep(0.02)
        claim = f"rank {rank} is killed at its {call} {number}"
        if bench.hold(bench.mark.exists(), f"{claim}: it was not", None):
            end_of_killed(bench, claim, process, time.monotonic())
        else:
            many.end_group(process)
    killed_at_any_moment(bench)


def killed_at_any_moment(bench):
    """Twice; a run that is over before the moment has come is no answer, and the next one is killed earlier."""
    words = ["convert", "-q", "--slice-size", "64k", "-o", "out.h5", "reads.fastq"]
    claim, longest, killed = "any rank is killed at any moment", 0.4, 0
    for _ in range(12):
        process = start(bench, words)
        running = wait_for_output(bench, process)
        time.sleep(bench.rng.random() * longest)
        ranks = [pid for pid in children(process.pid)
                 if program_of(pid) == os.path.realpath(bench.arguments.command)]
        if running and len(ranks) == RANKS and "out.h5" not in bench.left_over():
            os.kill(ranks[bench.rng.randrange(RANKS)], signal.SIGKILL)
            end_of_killed(bench, claim, process, time.monotonic())
            killed += 1
        else:
            many.end_group(process)
            longest /= 2
            for name in bench.left_over():
                (bench.directory / name).unlink()
        if killed == 2:
            return
    bench.hold(False, f"{claim}: {killed} of 12 runs were met at work", None)


def full_disk(bench):
    disk = bench.directory / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS}", "none", disk],
                             capture_output=True)
    if mounted.returncode:
        print(f"skipped: cannot mount a small file system: {mounted.stderr.decode().strip()}")
        return SKIPPED
    try:
        good = bench.run(RANKS, ["convert", "-q", "-o", "good.h5", "reads.fastq"])
        bench.hold(good.code == 0, "with space enough: wants exit code 0", good)
        for ranks in (1, RANKS):
            for writer in ("direct", "gather"):
                ended = bench.run(ranks, ["convert", "-q", "--slice-size", "1M", "--writer", writer,
                                          "-o", "disk/out.h5", "reads.fastq"])
                bench.failed_cleanly(f"the disk is full, {ranks} ranks, {writer}", ended, "space",
                                     directory=disk)
            ended = bench.run(ranks, ["export", "-q", "--slice-size", "1M", "-o", "disk/out.fastq",
                                      "good.h5"])
            bench.failed_cleanly(f"the disk is full, {ranks} ranks, export", ended, "space",
                                 directory=disk)
            words = bench.filter()
            words[words.index("out.h5")] = "disk/out.fastq"
            words[words.index("16k")] = "1M"
            bench.failed_cleanly(f"the disk is full, {ranks} ranks, filter",
                                 bench.run(ranks, words), "space", directory=disk)
    finally:
        subprocess.run(["umount", disk], check=True)
    return 0


CLAIMS = {"failing_calls": (failing_calls, SMALL_BYTES),
          "shrinking_file": (shrinking_file, SMALL_BYTES),
          "killed_rank": (killed_rank, LARGE_BYTES),
          "full_disk": (full_disk, 30_000_000)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("claim", choices=sorted(CLAIMS))
    many.machine_arguments(parser, many=False)
    parser.add_argument("--fault", required=True, help="the library made of fault.c")
    arguments = parser.parse_args()
    check, total_bytes = CLAIMS[arguments.claim]
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(arguments, directory, total_bytes)
        if check(bench) == SKIPPED:
            return SKIPPED
    print(*bench.wrong, sep="\n")
    print(f"{bench.runs} runs, {len(bench.wrong)} wrong")
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
