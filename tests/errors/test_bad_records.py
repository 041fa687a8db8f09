#!/usr/bin/env python3
"""The first bad record is the same for any layout, and so are all of them, and what is left.

    test_bad_records.py --mpiexec MPIRUN --command PARFASTQ --many MANY [--seed N] [--files N]
                        [--packed] [--multiline]

Nasty files are damaged in every way and place. What a serial reference reader says of each must be
what `convert` says with any ranks, threads, slices, chunks and kernels: the same line, record, byte
and sentence; no file is left. `validate` must list what the reference lists, and a conversion that
skips bad records must keep exactly the good ones. With --packed the files are compressed, in all
ways that can be read, and all this is still so; with --multiline lines are wrapped. PFQ_LONG_SECONDS: goes on with new files for so
long. PFQ_KEEP: a directory for the files of which something is wrong.
"""

import argparse
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

import columns
import damage
import many
import packing
import reference

PLACE = re.compile(r"^(.*):(\d+): record (\d+), byte (\d+): (.*)$")
FILES, LAYOUTS_EACH, SECONDS = 140, 2, 400
MOST_ERRORS = 100000


def place_in(line):
    """(path, line, record, byte, sentence) of a message, or None."""
    found = PLACE.match(line)
    if not found:
        return None
    path, line_number, record, byte, sentence = found.groups()
    return path, int(line_number), int(record), int(byte), sentence


def tells_of(line, path, fault):
    """Does this line of a report give this fault, in this file, in the right words?"""
    place = place_in(line)
    return (place is not None and place[:4] == (str(path), fault.line, fault.record, fault.byte)
            and fault.words in f": {place[4]}")


def any_layout(rng, kernels):
    tiny_slice, tiny_chunk = rng.randrange(64, 301), rng.randrange(50, 201)
    return many.Layout(ranks=rng.choice((1, 2, 3, 5)), threads=rng.choice((1, 2, 3)),
                       slice_bytes=rng.choice((tiny_slice, tiny_slice, 1024, many.MIB)),
                       chunk_bytes=rng.choice((tiny_chunk, tiny_chunk, 4096)),
                       simd=rng.choice(kernels), writer=rng.choice(("direct", "gather")))


class Trials:
    """Files with what the reference says of them, and what has gone wrong."""

    layouts_each = LAYOUTS_EACH

    def __init__(self, machine, directory, rng, packers, multiline):
        self.machine, self.rng, self.packers = machine, rng, packers
        self.multiline = multiline
        self.directory, self.kernels = Path(directory), machine.kernels()
        self.jobs, self.checks, self.wrong = [], [], []

    def add(self, name, kind, text):
        """One damaged file: jobs for three claims, and what to hold their answers against."""
        path = self.directory / f"{name}.fastq"
        pack = self.rng.choice(sorted(self.packers)) if self.packers else None
        path.write_bytes(self.packers[pack](self.rng, text) if pack else text)
        kind = f"{kind}, {pack}" if pack else kind
        reading = reference.read(text, multiline=self.multiline)
        case = (name, kind, path, reading)
        for layout in (many.SERIAL, *(self.layout() for _ in range(self.layouts_each))):
            self.queue(self.check_stop, case, layout, "convert", [])
        options = [f"max-errors={MOST_ERRORS}"]
        self.queue(self.check_list, case, self.layout(), "validate", options)
        self.queue(self.check_skip, case, self.layout(), "convert", [*options, "on-error=skip"])

    def layout(self):
        return any_layout(self.rng, self.kernels)

    def queue(self, check, case, layout, verb, options):
        out = self.directory / f"out{len(self.jobs)}.h5" if verb == "convert" else None
        if self.multiline:
            options = [*options, "multiline"]
        if self.packers:
            options = [*options, f"inflate={self.rng.choice(packing.INFLATE)}"]
        self.jobs.append((layout.ranks, many.job_line(verb, layout, [[case[2]]], out, options)))
        self.checks.append((check, case, layout, out))

    def run(self):
        answers = self.machine.run_many(self.jobs, SECONDS)
        self.sentences = {}
        for (check, case, layout, out), answer in zip(self.checks, answers):
            sentence = None if answer.agreed else "the ranks do not agree"
            sentence = sentence or check(case, answer, out)
            if sentence:
                self.wrong.append(f"{case[0]} ({case[1]}), {layout}: {sentence}\n    said "
                                  f"{answer.lines[:3]}\n    want {case[3].faults[:3]}")
            if out:
                out.unlink(missing_ok=True)
        left = [path.name for path in self.directory.iterdir() if path.suffix != ".fastq"]
        if left:
            self.wrong.append(f"left behind: {left}")

    # ---- the claims; each returns what is wrong, or None ----

    def check_good(self, case, answer, out):
        name, kind, path, reading = case
        if answer.code != 0:
            return "a good file is refused"
        return self.check_rows(reading, out)

    def check_rows(self, reading, out):
        width = reference.line_width(reading.records) if self.multiline else None
        if columns.line_width(out) != width:
            return f"the line width {columns.line_width(out)}, not {width}"
        return columns.difference(out, 1, columns.expected(reading.records, [reading.tail]))

    def check_stop(self, case, answer, out):
        name, kind, path, reading = case
        if not reading.faults:
            return self.check_good(case, answer, out)
        if answer.code != 1:
            return f"exit code {answer.code}"
        if out.exists():
            return "there is an output"
        if len(answer.lines) != 1 or not tells_of(answer.lines[0], path, reading.faults[0]):
            return "another fault"
        if self.sentences.setdefault(name, answer.lines[0]) != answer.lines[0]:
            return f"another sentence than {self.sentences[name]!r}"
        return None

    def check_list(self, case, answer, out):
        name, kind, path, reading = case
        if answer.code != (1 if reading.faults else 0):
            return f"exit code {answer.code}"
        listed = [line for line in answer.lines if not line.startswith("warning: ")]
        if reading.faults:
            summary = listed.pop() if listed else ""
            if not summary.startswith(f"{len(reading.faults)} bad record"):
                return f"the summary {summary!r}"
        if len(listed) != len(reading.faults):
            return f"{len(listed)} faults listed, not {len(reading.faults)}"
        for line, fault in zip(listed, reading.faults):
            if not tells_of(line, path, fault):
                return f"listed {line!r} for {fault}"
        return None

    def check_skip(self, case, answer, out):
        name, kind, path, reading = case
        wrong = self.check_list(case, answer, out)
        if wrong:
            return f"skip: {wrong}"
        wrong = self.check_rows(reading, out)
        return wrong and f"skip: {wrong}"


def round_of_files(machine, seed, files, packers, multiline):
    """Sentences about what is wrong with one batch of files, and how many runs it took."""
    rng = random.Random(seed)
    kinds = sorted(damage.DAMAGES)
    change = damage.wrapped if multiline else damage.as_they_are
    with tempfile.TemporaryDirectory() as directory:
        trials = Trials(machine, directory, rng, packers, multiline)
        for i in range(files):
            if i % 4 == 3:
                trials.add(f"s{seed}f{i}", "several", damage.damaged_often(rng, change))
            else:
                kind = kinds[(i - i // 4) % len(kinds)]
                trials.add(f"s{seed}f{i}", kind, damage.damaged(rng, kind, change))
        trials.run()
        keep = os.environ.get("PFQ_KEEP")
        for sentence in trials.wrong if keep else []:
            file = trials.directory / f"{sentence.split(' ')[0]}.fastq"
            if file.exists():
                (Path(keep) / file.name).write_bytes(file.read_bytes())
        return trials.wrong, len(trials.jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--packed", action="store_true")
    parser.add_argument("--multiline", action="store_true")
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    packers = packing.packers() if arguments.packed else {}
    until = time.monotonic() + float(os.environ.get("PFQ_LONG_SECONDS", 0))
    seed, runs, failures = arguments.seed, 0, 0
    while True:
        wrong, more = round_of_files(machine, seed, arguments.files, packers,
                                     arguments.multiline)
        for sentence in wrong[:20]:
            print(sentence, flush=True)
        runs, failures, seed = runs + more, failures + len(wrong), seed + 1
        if time.monotonic() > until:
            break
    print(f"{runs} runs over {arguments.files * (seed - arguments.seed)} files, seeds from "
          f"{arguments.seed}: {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
