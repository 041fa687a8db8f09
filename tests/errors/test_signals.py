#!/usr/bin/env python3
"""A signal at any moment ends a run soon, on all ranks, and leaves nothing that looks good; with
--resume it leaves a checkpoint from which any number of ranks goes on to the same file.

    test_signals.py CLAIM --mpiexec MPIRUN --command PARFASTQ [--seed N]

CLAIM is one of
    stops             SIGTERM, SIGINT, SIGUSR1: exit code 128 + n, one message, no leftovers
    stops_others      validate, stats, export and get, of one rank and of three
    second_signal     a run that does not come to its next round is ended by the second signal
    resumes_KIND      plain, raw, gz, paired, interleaved, skip: stopped again and again, with other
                      ranks each time, to the same datasets and the same chunks
    refuses           other settings, other input, damaged or lost parts: said in words
    killed            SIGKILL of a run that was resumed: the checkpoint stays good
"""

import argparse
import gzip
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
import many

SECONDS = 60
NAMES = {signal.SIGTERM: "SIGTERM", signal.SIGINT: "SIGINT", signal.SIGUSR1: "SIGUSR1"}
SLOW = ["--slice-size", "4k", "--chunk-size", "4k"]  # many rounds, of all signals most meet one


def reads(rng, records, mate, bad=0):
    lines = []
    for i in range(records):
        n = rng.randrange(60, 140)
        bases = "".join(rng.choices("ACGTN", k=n))
        quality = "".join(rng.choices("#+5?IJ", k=n - (1 if bad and i % bad == 7 else 0)))
        lines.append(f"@m:1:fc:{i % 3}:{1101 + i % 5}:{i}:7 {mate}:N:0\n{bases}\n+\n{quality}\n")
    return "".join(lines).encode()


class Bench:
    def __init__(self, arguments, directory):
        self.arguments, self.directory = arguments, Path(directory)
        self.rng = random.Random(arguments.seed)
        self.wrong = []
        self.inputs = set()

    def write(self, name, data):
        (self.directory / name).write_bytes(data)
        self.inputs.add(name)
        return name

    def make(self, kind):
        """Input files of this kind, and the words that name them."""
        rng = self.rng
        text = lambda mate, n=1500, bad=0: reads(rng, n, mate, bad) * 6
        if kind == "gz":
            middle = gzip.compress(text(1), 6) + gzip.compress(text(1), 1)
            return [self.write("a.fq.gz", middle), self.write("b.fq.gz", gzip.compress(text(1)))]
        if kind == "paired":
            return ["-1", self.write("r1.fq", text(1)), "-2",
                    self.write("r2.fq.gz", gzip.compress(text(2)))]
        if kind == "interleaved":
            return ["--interleaved", self.write("il.fq", b"".join(
                a for pair in zip(*[reads(rng, 6000, m).split(b"@m")[1:] for m in (1, 2)])
                for a in (b"@m" + pair[0], b"@m" + pair[1])))]
        if kind == "skip":
            return ["--on-error", "skip", self.write("bad.fq", text(1, 6000, 400))]
        return [self.write("one.fq", text(1)), self.write("two.fq", text(1) + b"\n\n")]

    def start(self, ranks, words):
        launch = [self.arguments.mpiexec, "-n", str(ranks)] if ranks else []
        return subprocess.Popen([*launch, self.arguments.command, *words], cwd=self.directory,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True,
                                env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})

    def end(self, process):
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            many.end_group(process)
            self.wrong.append(f"{process.args}: hangs")
            return many.Ended(None, "", "")
        return many.Ended(process.returncode, out, err)

    def run(self, ranks, words, number=None, seconds=0.0, begun=False, to_rank=False):
        """Runs, and sends a signal after so many seconds, or so many after something was written, to
        what was started or to one of the ranks; signals that come before the ranks are listening
        end them as any program."""
        before = self.written()
        process = self.start(ranks, words)
        if number:
            if begun:
                self.wait_for(process, lambda: self.written() != before)
            time.sleep(seconds)
            self.send(process, number, to_rank)
        return self.end(process)

    def wait_for(self, process, happened, seconds=SECONDS):
        """Until it has happened, or the process has ended."""
        until = time.monotonic() + seconds
        while process.poll() is None and not happened() and time.monotonic() < until:
            time.sleep(0.002)

    def send(self, process, number, to_rank):
        """A signal to what was started or to one of the ranks, if it is there yet."""
        pids = many.ranks_of(process, self.arguments.command) if to_rank else [process.pid]
        try:
            if pids and process.poll() is None:
                os.kill(self.rng.choice(pids), number)
        except ProcessLookupError:
            pass

    def hold(self, condition, claim, ended=None):
        if not condition:
            self.wrong.append(f"{claim}" + (f"; code {ended.code}, said {ended.err!r}" if ended
                                            else ""))
        return condition

    def left(self):
        return sorted(p.name for p in self.directory.iterdir() if p.name not in self.inputs)

    def written(self):
        """What a run has left so far, and when it last wrote there."""
        times = {}
        for name in self.left():
            try:
                times[name] = (self.directory / name).stat().st_mtime_ns
            except FileNotFoundError:  # it has another name
                pass
        return times

    def listen_time(self, ranks, words):
        """How long a run takes: moments to signal are chosen within."""
        begun = time.monotonic()
        ended = self.run(ranks, words)
        self.hold(ended.code in (0, 1), f"{words}: an undisturbed run", ended)
        return time.monotonic() - begun


def spoken(ended):
    return [line for line in many.said(ended) if line.startswith("parfastq: ")]


def stopped_well(bench, claim, ended, number, launcher=False):
    """Whether the signal met the run; then it must have ended as it should. A launcher may turn a
    code of its ranks into one of its own, and SIGINT into SIGTERM."""
    lines = spoken(ended)
    if ended.code == 0 or not lines:  # too late, or before the ranks were listening
        return False
    bench.hold(ended.code not in (0, None) if launcher else ended.code == 128 + number,
               f"{claim}: wants exit code {128 + number}", ended)
    names = NAMES.values() if launcher else [NAMES[number]]
    bench.hold(len(lines) == 1 and any(f"stopped by {name}" in lines[0] for name in names),
               f"{claim}: wants one message", ended)
    return True


def stop_convert(bench, claim, ranks, words, number, seconds, begun, to_rank):
    """Returns whether the signal met the run."""
    ended = bench.run(ranks, words, number, seconds, begun, to_rank)
    launcher = ranks > 0 and not to_rank and number != signal.SIGUSR1  # which passes that one on
    stopped = stopped_well(bench, claim, ended, number, launcher)
    left = bench.left()
    # A launcher may be told to end when its ranks have ended well.
    bench.hold(not left or (left == ["out.h5"] and not stopped), f"{claim}: left {left}", ended)
    for name in left:
        (bench.directory / name).unlink()
    return stopped


def stops(bench):
    names = bench.make("plain")
    words = ["convert", "-q", "-f", *SLOW, "-o", "out.h5"]
    happened = 0
    for ranks in (0, 1, 2, 3, 5):
        lasts = bench.listen_time(ranks, [*words, *names])
        (bench.directory / "out.h5").unlink()
        for number in NAMES:
            for begun, part in ((False, bench.rng.uniform(0.2, 0.9)),
                                (True, bench.rng.uniform(0, 0.1))):
                claim = f"{NAMES[number]} to one of {ranks} ranks"
                to_rank = ranks > 0 and number != signal.SIGUSR1
                happened += stop_convert(bench, claim, ranks, [*words, *names], number,
                                         lasts * part, begun, to_rank)
    # Open MPI's launcher passes them on a second later.
    for ranks, number in ((1, signal.SIGINT), (3, signal.SIGTERM)):
        happened += stop_convert(bench, f"{NAMES[number]} to the launcher of {ranks}", ranks,
                                 [*words, *names * 100], number, 0, True, False)
    bench.hold(happened >= 16, f"only {happened} of 32 signals met a run")


def stops_others(bench):
    names = bench.make("plain")
    bench.run(0, ["convert", "-q", "-o", "in.h5", *names])
    bench.inputs.add("in.h5")
    happened = 0
    for words in (["validate", "-q", *SLOW, *names], ["stats", "-q", *SLOW, *names],
                  ["export", "-q", "-f", "--slice-size", "4k", "in.h5", "-o", "back.fq"],
                  ["get", "-q", "-f", "in.h5", "--rows", "0:", "-o", "back.fq"]):
        for ranks in (0, 3):
            lasts = bench.listen_time(ranks, words)
            (bench.directory / "back.fq").unlink(missing_ok=True)
            for _ in range(2):
                ended = bench.run(ranks, words, signal.SIGUSR1, lasts * bench.rng.uniform(0.3, 0.9))
                claim = f"{words[0]} of {ranks} ranks"
                happened += stopped_well(bench, claim, ended, signal.SIGUSR1)
                left = bench.left()
                bench.hold(ended.code == 0 or not left, f"{claim}: left {left}", ended)
                for name in left:
                    (bench.directory / name).unlink()
    bench.hold(happened >= 3, f"only {happened} of 16 signals met a run")


def second_signal(bench):
    """A pipe that brings nothing: no round ends, so only the second signal can."""
    read_end, write_end = os.pipe()
    process = subprocess.Popen([bench.arguments.command, "convert", "-q", "-o", "out.h5", "-"],
                               cwd=bench.directory, stdin=read_end, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)
    os.write(write_end, b"@a\nACGT\n+\nIIII\n" * 10)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    bench.hold(process.poll() is None, "a burst of one signal counts as one")
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        bench.wrong.append("the second signal does not end the run")
        process.kill()
    bench.hold(process.returncode == -signal.SIGTERM, f"code {process.returncode} of the second")
    bench.hold(not bench.left(), f"left {bench.left()}")
    os.close(write_end)
    os.close(read_end)


# ---- resuming ----

def differences(one, other):
    """Datasets, attributes and stored chunks of two files."""
    found = []
    with h5py.File(one) as a, h5py.File(other) as b:
        def attributes(name, x, y):
            if set(x) != set(y):
                found.append(f"{name}: attributes")
            found.extend(f"{name}: {k}" for k in x if k in y and not numpy.array_equal(x[k], y[k]))
        names = {}
        for key, file in (("a", a), ("b", b)):
            names[key] = set()
            file.visit(names[key].add)
        if names["a"] != names["b"]:
            return [f"objects {names['a'] ^ names['b']}"]
        attributes("/", a.attrs, b.attrs)
        for name in sorted(names["a"]):
            x, y = a[name], b[name]
            attributes(name, x.attrs, y.attrs)
            if not isinstance(x, h5py.Dataset):
                continue
            if x.shape != y.shape or x.dtype != y.dtype or not (x[()] == y[()]).all():
                found.append(f"{name}: values")
            if not x.chunks:
                continue
            if x.id.get_num_chunks() != y.id.get_num_chunks():
                found.append(f"{name}: number of chunks")
                continue
            for i in range(x.id.get_num_chunks()):
                at = x.id.get_chunk_info(i).chunk_offset
                if x.id.read_direct_chunk(at) != y.id.read_direct_chunk(at):
                    found.append(f"{name}: chunk {i}")
    return found


def convert_words(names, *options):
    return ["convert", "-q", "--resume", "-o", "out.h5", *options, *names]


def resume_to_the_end(bench, claim, words, lasts):
    """Stops and resumes with other ranks each time; returns how often."""
    stops_made = 0
    layouts = [0, 2, 3, 1, 5]
    bench.rng.shuffle(layouts)
    for turn in range(60):
        ranks = layouts[turn % len(layouts)]
        number = None if turn > 40 else signal.SIGUSR1
        slow = ["--slice-size", f"{bench.rng.randrange(2000, 8000)}", "--chunk-size", "4k",
                "-t", str(bench.rng.randrange(1, 4))]
        begun = turn % 3 < 2  # else at any moment
        part = bench.rng.uniform(0, 0.1) if begun else bench.rng.uniform(0.3, 0.9)
        ended = bench.run(ranks, [*words, *slow], number, lasts[ranks] * part, begun)
        left = bench.left()
        if "out.h5" in left:
            bench.hold(left == ["out.h5"], f"{claim}: left {left}")
            return stops_made
        if not spoken(ended) and ended.code not in (0, None):
            continue  # before the ranks were listening
        if not bench.hold(ended.code == 0 and left in (["out.h5.checkpoint", "out.h5.partial"],),
                          f"{claim}: wants code 0 and a checkpoint, has {left}", ended):
            return stops_made
        stops_made += 1
    bench.wrong.append(f"{claim}: did not come to an end")
    return stops_made


def resumes(bench, kind):
    names = bench.make("plain" if kind == "raw" else kind)
    choices = [["--qc", "--index-names"], []]
    if kind == "raw":
        choices = [["--compress", "none", "--index-names"], ["--compress", "none"]]
    elif kind in ("plain", "skip"):
        choices.append(["--compress", "gzip:1", "--writer", "gather"])
    if kind in ("paired", "interleaved", "skip") and not os.environ.get("PFQ_LONG"):
        choices = choices[:1]
    made = 0
    good = bench.directory / "good"
    good.mkdir()
    bench.inputs.add("good")
    for options in choices:
        words = convert_words(names, *options)
        lasts = {}
        for ranks in (5, 3, 2, 1, 0):
            lasts[ranks] = bench.listen_time(ranks, [*words, "-f", *SLOW])
        (bench.directory / "out.h5").unlink()
        # The command line is kept in the file: the same one, but for what changes nothing.
        bench.run(0, [*words, *SLOW])
        os.replace(bench.directory / "out.h5", good / "out.h5")
        claim = f"{kind} {' '.join(options)}"
        before = made
        for _ in range(6):  # a run may end before its signal comes
            if made > before:
                break
            made += resume_to_the_end(bench, claim, words, lasts)
            if bench.hold((bench.directory / "out.h5").exists(), f"{claim}: no output"):
                found = [f for f in differences(good / "out.h5", bench.directory / "out.h5")
                         if f != "/: command"]
                bench.hold(not found, f"{claim}: differs in {found[:6]}")
            for name in bench.left():
                (bench.directory / name).unlink()
    bench.hold(made >= len(choices), f"{kind}: stopped only {made} times")


def stop_once(bench, words):
    """A checkpoint of these words; False where the runs were too fast."""
    for _ in range(40):
        (bench.directory / "out.h5").unlink(missing_ok=True)
        bench.run(0, words, signal.SIGUSR1, bench.rng.uniform(0, 0.03), begun=True)
        if (bench.directory / "out.h5.checkpoint").exists():
            return True
    return bench.hold(False, "no run could be stopped")


def refuses(bench):
    names = bench.make("plain")
    words = convert_words(names, *SLOW)
    checkpoint, partial = (bench.directory / f"out.h5.{x}" for x in ("checkpoint", "partial"))
    if not stop_once(bench, words):
        return
    keep = {p: p.read_bytes() for p in (checkpoint, partial)}

    def refused(claim, words, fragment, code):
        ended = bench.run(2, words)
        bench.hold(ended.code == code and any(fragment in line for line in spoken(ended)) and
                   len(spoken(ended)) == 1, f"{claim}: wants code {code} and {fragment!r}", ended)
        bench.hold("out.h5" not in bench.left() and checkpoint.exists() and partial.exists(),
                   f"{claim}: has {bench.left()}")

    refused("another level", [*words, "--compress", "gzip:9"], "made with '--compress fast", 2)
    refused("other columns", [*words, "--columns", "name"], "made with 'columns", 2)
    refused("filters", [*words, "--min-length", "5"], "goes with reads as they come", 2)
    refused("fewer files", words[:-1], "was made with '-1 two.fq'", 2)
    data = (bench.directory / names[0]).read_bytes()
    (bench.directory / names[0]).write_bytes(data[:1] + b"M" + data[2:])
    refused("a changed file", words, "has changed since the checkpoint", 2)
    (bench.directory / names[0]).write_bytes(data)
    refused("a file written anew", words, "has changed since the checkpoint", 2)
    broken = bytearray(keep[checkpoint])
    broken[len(broken) // 2] ^= 0x40
    checkpoint.write_bytes(broken)
    ended = bench.run(2, words)
    bench.hold(ended.code in (1, 2) and len(spoken(ended)) == 1, "a damaged checkpoint", ended)
    checkpoint.write_bytes(keep[checkpoint][:-8])
    refused("a short checkpoint", words, "remove it to begin anew", 1)
    ended = bench.run(0, ["convert", "--resume", "-q", "-o", "new.h5", "-"])
    bench.hold(ended.code == 2 and "a pipe" in ended.err, "a pipe", ended)
    partial.unlink()
    ended = bench.run(2, [word for word in words if word != "-q"])
    bench.hold(ended.code == 0 and "beginning anew" in ended.err, "a lost file", ended)
    bench.hold(bench.left() == ["out.h5"], f"a lost file: left {bench.left()}")


def killed(bench):
    """Rows that a killed run added behind the checkpoint do no harm. A run that comes to its end
    before it can be killed has made the whole file."""
    happened = 0
    checkpoint, output, resumed = (bench.directory / name for name in (
        "out.h5.checkpoint", "out.h5", "resumed.h5"))
    for options in (["--compress", "none"], ["--qc"]):
        words = convert_words(bench.make("plain"), *options, *SLOW)
        if not stop_once(bench, words):
            return
        before = checkpoint.read_bytes()
        for ranks in (0, 3):
            ended = bench.run(ranks, words, signal.SIGKILL, 0, True, ranks > 0)
            if output.exists():
                break
            bench.hold(ended.code != 0, f"killed: {ranks} ranks say all is well", ended)
            bench.hold(checkpoint.read_bytes() == before, "killed: the checkpoint has changed")
            happened += 1
        else:
            ended = bench.run(2, words)
            bench.hold(ended.code == 0 and bench.left() == ["out.h5"], f"has {bench.left()}", ended)
        os.replace(output, resumed)
        checkpoint.unlink(missing_ok=True)  # of a run killed after it had given the file its name
        bench.run(0, words)
        found = differences(output, resumed)
        bench.hold(not found, f"killed {options}: differs in {found[:6]}")
        for path in (output, resumed):
            path.unlink()
    bench.hold(happened >= 2, f"only {happened} of 4 kills met a run")


def faults(bench):
    """A crash, of this program or of a library, says so and leaves no output that looks begun."""
    pipe = bench.directory / "pipe.fq"
    os.mkfifo(pipe)
    bench.inputs.add(pipe.name)
    for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE):
        process = bench.start(0, ["convert", "--slice-size", "4k", "-o", "out.h5", pipe.name])
        with open(pipe, "wb") as writer:  # the run waits for what does not come
            writer.write(b"@r\nACGT\n+\nIIII\n" * 4000)
            writer.flush()
            bench.wait_for(process, bench.left, 20)
            bench.hold(bench.left(), "a fault: no output was begun")
            process.send_signal(number)
            ended = bench.end(process)
        bench.hold(ended.code == -number and ended.err.startswith("parfastq: crashed"),
                   f"a fault {number}", ended)
        bench.hold(not bench.left(), f"a fault {number}: left {bench.left()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claim")
    parser.add_argument("--mpiexec", required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(arguments, directory)
        try:
            if arguments.claim.startswith("resumes_"):
                resumes(bench, arguments.claim.removeprefix("resumes_"))
            else:
                {"stops": stops, "stops_others": stops_others, "second_signal": second_signal,
                 "refuses": refuses, "killed": killed, "faults": faults}[arguments.claim](bench)
        finally:  # what was wrong before is why the test itself falls
            for line in bench.wrong:
                print(line)
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
