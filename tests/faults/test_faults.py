#!/usr/bin/env python3
"""Whatever fails on whatever rank, the run ends soon, says so once, and leaves no output.

    test_faults.py CLAIM --mpiexec MPIRUN --command PARFASTQ --fault LIBRARY [--seed N]

CLAIM is one of
    failing_calls   a read or write of a file fails on one rank: one error, exit code 3
    failing_memory  the n-th piece of memory is refused on one rank: one error, exit code 3
    failing_hdf5    the n-th call of HDF5 fails: one error, exit code 3
    failing_index   the same while the index of a gzip file is written, or used: an error as above, or a run
                    that is good, and then the index is whole or not there
    short_calls     a read or write moves fewer bytes than it should: the rest follows, and all is good
    changing_files  the input is cut short, grows, or loses its name while it is read, the directory of the
                    output goes away, permission is lost, a rank is slow: an error that names the file, or
                    the same output
    killed_rank     a rank is killed at some call, or at any moment: the launcher ends all of them
    full_disk       no space for the output: one error that says so, exit code 3
A hang is a failure: every run has its time limit. Exit code 77: this cannot be tried here.
"""

import argparse
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "errors"), str(TESTS / "support")]
import many
from wrong import conclude

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
        self.reads = make_reads(self.directory / "reads.fastq", total_bytes, self.seed_of_reads())
        self.mark = self.directory / "mark"
        self.wrong, self.runs = [], 0

    def seed_of_reads(self):
        """A generator of its own, so that the reads can be made again."""
        return random.Random(self.arguments.seed)

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

    def clean(self):
        for name in self.left_over():
            (self.directory / name).unlink()

    def is_right(self, verb, claim):
        """Whether a run that says that it is good has made what it should."""
        out = self.directory
        if verb == "convert":
            return self.hold(self.same(out / "good.h5"), f"{claim}: other datasets", None)
        if verb == "export":
            text = gzip.decompress((out / "out.fastq.gz").read_bytes())
            return self.hold(text == self.reads.read_bytes(), f"{claim}: other text", None)
        return verb in ("stats", "filter", "validate")

    def same(self, wanted):
        """Whether the output has the datasets of another file, by a tool that is not ours."""
        return subprocess.run(["h5diff", "-q", wanted, self.directory / "out.h5", "/read1", "/read1"],
                              capture_output=True).returncode == 0

    def failed_cleanly(self, claim, ended, *fragments, directory=None, codes=(3,)):
        """Exit code 3, one message with one of the fragments, nothing left. Before there is a team, ranks
        speak for themselves, and the launcher ends them."""
        lines = many.said(ended)
        if any("for a team" in line for line in lines):
            lines = [line for line in lines if line.startswith("parfastq: ")][:1]
        self.hold(ended.code in codes, f"{claim}: wants exit code {codes}", ended)
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


def sweep(bench, verb, words, call, rank, numbers, *fragments, codes=(3,)):
    """A call fails at each of some numbers, until one is beyond the last call. Returns how many did. A call
    without which the output is right may as well fail."""
    happened = 0
    for number in numbers:
        ended = bench.run(RANKS, words, {"KIND": "fail", "CALL": call, "RANK": rank, "NUMBER": number})
        claim = f"{verb}: {call} {number} of rank {rank} fails"
        if ended.code == 0 and bench.is_right(verb, claim):
            bench.clean()
        else:
            bench.failed_cleanly(claim, ended, *fragments, codes=codes)
        if not bench.mark.exists():
            bench.hold(ended.code == 0, f"{claim} (never): wants exit code 0", ended)
            break
        happened += ended.code != 0
    return happened


def numbers(rng, first, growth):
    """The first ones, then ever larger steps; all of them in the long form."""
    if os.environ.get("PFQ_LONG"):
        yield from range(100000)
    number = rng.randrange(first)
    while True:
        yield number
        number = int(number * growth) + 1 + rng.randrange(first)


def verbs(bench):
    """Commands that are tried: name, words, and what their errors name."""
    good = bench.directory / "good.h5"
    if not good.exists():
        bench.run(1, ["convert", "-q", "--index-names", "-o", "good.h5", "reads.fastq"])
    return [("convert", bench.convert("--index-names", "--qc")), ("filter", bench.filter()),
            ("stats", ["stats", "-q", "--json", "out.json", "--slice-size", "16k", "reads.fastq"]),
            ("export", ["export", "-q", "-o", "out.fastq.gz", "good.h5"]),
            ("validate", ["validate", "-q", "good.h5"])]


def failing_memory(bench):
    happened = 0
    for verb, words in verbs(bench):
        for rank in (0, RANKS - 1):
            happened += sweep(bench, verb, words, "memory", rank, numbers(bench.rng, 6, 4), "memory")
    bench.hold(happened >= 20, f"only {happened} faults happened", None)


def failing_hdf5(bench):
    """What HDF5 cannot read may be the fault of the file."""
    happened = 0
    for verb, words in verbs(bench):
        if verb in ("convert", "export", "validate"):
            happened += sweep(bench, verb, words, "hdf5", 0, numbers(bench.rng, 4, 2), "out.h5", "good.h5",
                              codes=(3,) if verb == "convert" else (1, 3))
    bench.hold(happened >= 12, f"only {happened} faults happened", None)


def failing_index(bench):
    place = bench.directory / "place"
    place.mkdir()
    packed, index = place / bench.reads.name, place / f"{bench.reads.name}.pfqi"
    packed.write_bytes(gzip.compress(bench.reads.read_bytes()))
    use = ["validate", "-q", "--slice-size", "256k", "--inflate", "parallel", packed]
    bench.run(1, [*use, "--index"])
    good, happened = index.read_bytes(), 0
    for how, words in (("written", [*use, "--index"]), ("used", use)):
        for call, first, growth in (("read", 3, 2), ("write", 2, 2), ("memory", 20, 4)):
            for rank in (0, RANKS - 1):
                for number in numbers(bench.rng, first, growth):
                    index.unlink(missing_ok=True)
                    if how == "used":
                        index.write_bytes(good)
                    ended = bench.run(RANKS, words, {"KIND": "fail", "CALL": call, "RANK": rank, "NUMBER": number})
                    claim = f"an index is {how}: {call} {number} of rank {rank} fails"
                    if index.exists():
                        bench.hold(index.read_bytes() == good, f"{claim}: it is another one", ended)
                        bench.hold(how == "used" or ended.code == 0, f"{claim}: it was written", ended)
                        index.unlink()
                    if ended.code:
                        bench.failed_cleanly(claim, ended, bench.reads.name, "memory", directory=place)
                    bench.hold(not bench.left_over(place), f"{claim}: left {bench.left_over(place)}", ended)
                    if not bench.mark.exists():
                        bench.hold(ended.code == 0, f"{claim} (never): wants exit code 0", ended)
                        break
                    happened += 1
    bench.hold(happened >= 20, f"only {happened} faults happened", None)


def short_calls(bench):
    wanted = bench.directory / "good.h5"
    bench.run(1, ["convert", "-q", "-o", "good.h5", "reads.fastq"])
    for call in ("read", "write"):
        for rank in range(RANKS):
            for number in (0, bench.rng.randrange(1, 4)):
                ended = bench.run(RANKS, bench.convert("--compress", "none"), {
                    "KIND": "short", "CALL": call, "RANK": rank, "NUMBER": number})
                claim = f"{call} {number} of rank {rank} is short"
                bench.hold(bench.mark.exists(), f"{claim}: it was not", ended)
                bench.hold(ended.code == 0 and bench.same(wanted), f"{claim}: wants the same output", ended)
                bench.clean()


def changing_files(bench):
    wanted = bench.directory / "good.h5"
    bench.run(1, ["convert", "-q", "-o", "good.h5", "reads.fastq"])
    place = bench.directory / "place"
    for kind, call, file in (("shrink", "read", bench.reads), ("grow", "read", bench.reads),
                             ("remove", "read", bench.reads), ("move", "write", place),
                             ("slow", "read", ""), ("slow", "sum", ""), ("slow", "write", "")):
        for rank in range(RANKS):
            number = bench.rng.randrange(4)
            words = bench.convert("--compress", "none")
            if kind == "move":
                place.mkdir(exist_ok=True)
                words[words.index("out.h5")] = "place/out.h5"
            ended = bench.run(RANKS, words, {"KIND": kind, "CALL": call, "RANK": rank, "NUMBER": number,
                                             "FILE": file})
            claim = f"{kind} at {call} {number} of rank {rank}"
            moved = Path(f"{place}.moved")
            if not bench.hold(bench.mark.exists(), f"{claim}: it did not happen", ended):
                pass
            elif kind == "move":
                for probe in moved.glob("*.locktest.*"):
                    probe.unlink()  # Open MPI's own, which it takes away by its name
                bench.failed_cleanly(claim, ended, "out.h5", directory=moved, codes=(2, 3))
            elif kind == "shrink":
                bench.failed_cleanly(claim, ended, "reads.fastq")
            else:  # what was there when the run began
                bench.hold(ended.code == 0 and bench.same(wanted), f"{claim}: wants the same output", ended)
            for directory in (place, moved):
                if directory.exists():
                    shutil.rmtree(directory)
            bench.clean()
            make_reads(bench.reads, bench.total_bytes, bench.seed_of_reads())


    lost_permission(bench)


def lost_permission(bench):
    """Of an input that is open, which does no harm, and of the directory of the output. Root may do anything,
    so somebody else runs."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    place = bench.directory / "place"
    bench.directory.chmod(0o777)
    if subprocess.run([*nobody, bench.arguments.command, "version"], capture_output=True).returncode:
        print("skipped: nobody else can run this")
        return
    for file in (bench.reads, place):
        place.mkdir(exist_ok=True)
        for path in (place, bench.reads):
            os.chown(path, 65534, 65534)
            path.chmod(0o700)
        words = bench.convert("--compress", "none", "-f")
        words[words.index("out.h5")] = "place/out.h5"
        launch = bench.launch(RANKS, words, {"KIND": "deny", "CALL": "write", "RANK": 1, "NUMBER": 0, "FILE": file})
        bench.runs += 1
        ended = many.run([*nobody, "env", f"HOME={bench.directory}", *launch], SECONDS, cwd=bench.directory)
        claim = f"permission for {file.name} is lost"
        out = place / "out.h5"
        bench.hold(bench.mark.exists(), f"{claim}: it was not", ended)
        if file == place:
            lines = many.said(ended)
            bench.hold(ended.code == 3 and not out.exists() and len(lines) == 1 and "out.h5" in lines[0],
                       f"{claim}: wants one error and no output", ended)
        else:
            bench.hold(ended.code == 0 and out.exists(), f"{claim}: wants exit code 0", ended)
        place.chmod(0o700)
        shutil.rmtree(place)


def is_whole(bench):
    bench.run(1, ["export", "-q", "-o", "back.fastq", "out.h5"])
    return (bench.directory / "back.fastq").read_bytes() == bench.reads.read_bytes()


def end_of_killed(bench, claim, process, began, late=False):
    """Waits for the launcher after a kill: soon, not with 0, without an output. One that may come late may find that
    all that is left is to give a whole file its name. Returns whether it met the run."""
    try:
        code = process.wait(SECONDS_AFTER_KILL)
    except subprocess.TimeoutExpired:
        many.end_group(process)
        bench.wrong.append(f"{claim}: no end after {time.monotonic() - began:.0f} s")
        return True
    left = bench.left_over()
    too_late = late and "out.h5" in left and is_whole(bench)
    if not too_late and (code == 0 or "out.h5" in left):
        bench.wrong.append(f"{claim}: exit code {code}, left {left}")
    print(f"{claim}: ended after {time.monotonic() - began:.1f} s with {code}, left {left}")
    bench.clean()
    return not too_late


def start(bench, words, fault=None):
    bench.runs += 1
    return subprocess.Popen(bench.launch(RANKS, words, fault), cwd=bench.directory,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True)


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
        if killed == 2:
            break
        process = start(bench, words)
        running = wait_for_output(bench, process)
        time.sleep(bench.rng.random() * longest)
        ranks = many.ranks_of(process, bench.arguments.command)
        if running and len(ranks) == RANKS and "out.h5" not in bench.left_over():
            os.kill(ranks[bench.rng.randrange(RANKS)], signal.SIGKILL)
            if end_of_killed(bench, claim, process, time.monotonic(), late=True):
                killed += 1
                continue
        many.end_group(process)
        longest /= 2
        bench.clean()
    bench.hold(killed == 2, f"{claim}: {killed} of 12 runs were met at work", None)


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
          "failing_memory": (failing_memory, SMALL_BYTES),
          "failing_hdf5": (failing_hdf5, SMALL_BYTES),
          "failing_index": (failing_index, SMALL_BYTES),
          "short_calls": (short_calls, SMALL_BYTES),
          "changing_files": (changing_files, SMALL_BYTES),
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
    return conclude(f"{bench.runs} runs, ", found=bench.wrong)


if __name__ == "__main__":
    sys.exit(main())
