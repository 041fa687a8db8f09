"""Starts ranks under a time limit, and hands many runs to each start (see many.c)."""

import os
import re
import signal
import subprocess
import tempfile
from collections import defaultdict, namedtuple
from pathlib import Path

MIB = 1 << 20

# How a run is spread over the machine. simd: "" lets the machine choose.
# compress: the name of a method. align: bytes; 0 is what the file system says.
Layout = namedtuple("Layout", "ranks threads slice_bytes chunk_bytes simd writer compress align",
                    defaults=["fast", 0])
SERIAL = Layout(1, 1, 64 * MIB, MIB, "", "direct")

# agreed: all ranks returned the same status and error.
Answer = namedtuple("Answer", "code lines agreed")
Ended = namedtuple("Ended", "code out err")  # code None: it did not end in time

SIGNS_OF_LAUNCHER = re.compile(r"^(-{20,}|mpi\S* detected|Primary job|a non-zero exit|"
                               r"  Process name|  Exit code|the job to be|\[.*\]|mca_|$)")


def end_group(process):
    """Ends a launcher and its ranks, which it ends itself if asked kindly."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def descendants(pid):
    """Some launchers start ranks by a process of their own."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [one for child in map(int, children) for one in (child, *descendants(child))]


def program_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def ranks_of(launcher, command):
    """The processes of the ranks that a launcher has started and that are there."""
    return [pid for pid in descendants(launcher.pid)
            if program_of(pid) == os.path.realpath(command)]


def run(words, seconds, cwd=None, environment=None):
    """Runs a command in a process group of its own, for so many seconds at most."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=err, cwd=cwd, start_new_session=True,
                                   env={**os.environ, **(environment or {})})
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        if code is None:
            end_group(process)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        return Ended(code, *texts)


def said(ended):
    """The lines of stderr that are the command's own, not the launcher's."""
    return [line for line in ended.err.split("\n") if not SIGNS_OF_LAUNCHER.match(line)]


def job_line(verb, layout, mates, out=None, options=()):
    """One job for many.c; mates is a list of lists of paths."""
    words = [verb, f"threads={layout.threads}", f"slice={layout.slice_bytes}",
             f"chunk={layout.chunk_bytes}", *options]
    if layout.simd:
        words.append(f"simd={layout.simd}")
    if layout.writer == "gather":
        words.append("writer=gather")
    if layout.compress != "fast":
        words.append(f"compress={layout.compress}")
    if layout.align:
        words.append(f"align={layout.align}")
    if out:
        words.append(f"out={out}")
    for mate, paths in enumerate(mates, 1):
        words += [f"read{mate}={path}" for path in paths]
    return " ".join(words)


def answers_of(text):
    """What many.c printed, as a list of answers. A run that did not end has no answer."""
    answers, lines = [], []
    for line in text.split("\n"):
        if line.startswith("job "):
            lines = []
        elif re.match(r"end \d", line):
            answers.append(Answer(int(line.split()[1].rstrip(",")), lines, "disagree" not in line))
            lines = []
        else:
            lines.append(line)
    return answers


class Machine:
    """Where tests run: the launcher, the command, and the program for many runs."""

    def __init__(self, mpiexec, command, many=None):
        self.mpiexec, self.command, self.many = mpiexec, command, many

    def kernels(self):
        """The names of the kernels this machine can run."""
        out = run([self.command, "version", "--verbose"], 60).out
        words = re.search(r"^kernels: (.*)$", out, re.M).group(1)
        return re.sub(r"\([^)]*\)", "", words).split()

    def convert(self, ranks, words, seconds=120, cwd=None, environment=None):
        """The command itself; ranks 0: without a launcher."""
        launch = [self.mpiexec, "-n", ranks] if ranks else []
        return run([*launch, self.command, *words], seconds, cwd, environment)

    def run_many(self, jobs, seconds):
        """Runs (ranks, job line) pairs, all with the same number of ranks in one start.
        Returns their answers in the same order; a start that dies or hangs raises."""
        numbers = defaultdict(list)
        for number, (ranks, _) in enumerate(jobs):
            numbers[ranks].append(number)
        answers = [None] * len(jobs)
        for ranks, mine in sorted(numbers.items()):
            lines = [jobs[number][1] for number in mine]
            for number, answer in zip(mine, self._start(ranks, lines, seconds)):
                answers[number] = answer
        return answers

    def _start(self, ranks, lines, seconds):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "jobs"
            path.write_text("".join(line + "\n" for line in lines))
            ended = run([self.mpiexec, "-n", ranks, self.many, path], seconds)
        answers = answers_of(ended.out)
        if ended.code != 0 or len(answers) != len(lines):
            how = "hung" if ended.code is None else f"ended with {ended.code}"
            last = lines[len(answers)] if len(answers) < len(lines) else "(all had answered)"
            raise RuntimeError(f"{ranks} ranks {how} in this job:\n{last}\n{ended.err[-3000:]}")
        return answers


def machine_arguments(parser, many=True):
    parser.add_argument("--mpiexec", required=True)
    parser.add_argument("--command", required=True)
    if many:
        parser.add_argument("--many", required=True, help="the program made of many.c")
    parser.add_argument("--seed", type=int, default=1)
