#!/usr/bin/env python3
"""What is wrong with mates is found at the first row it concerns, for any layout.

    test_mates.py --mpiexec MPIRUN --command PARFASTQ --many MANY [--seed N] [--cases N]
                  [--multiline]

Pairs, triples, fours and interleaved reads, in lanes cut at different rows, with reads of very
different lengths, get bad records, names that do not match and ends that do not agree, in all
orders. A reference reader that takes one record of each mate in turn says what comes first;
`convert` must say the same with any ranks, threads, slices and chunks, and `validate` must list the
bad records and say what is wrong between mates where that comes before them. Good ones must make
the right columns. With --multiline lines are wrapped. PFQ_LONG_SECONDS: goes on with new cases for so long. PFQ_KEEP: a directory for
the cases of which something is wrong.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import columns
import damage
import many
import reference
from test_bad_records import any_layout, place_in, tells_of

CASES, LAYOUTS_EACH, SECONDS = 60, 2, 500
NAME_STYLES = ("plain", "slash", "casava", "dotted")
PAIR_WORDS = ("is not the mate of", "has no mate")


def styled(style, i, mate):
    return {"plain": b"f%d" % i, "slash": b"f%d/%d" % (i, mate), "dotted": b"f%d.%d" % (i, mate),
            "casava": b"f%d %d:N:0:ACGT" % (i, mate)}[style]


def record(rng, name, size):
    quality = damage.quality_line(rng, size, name)
    bases = bytes(rng.choice(damage.BASES) for _ in range(len(quality)))
    return [b"@" + name + b"\n", bases + b"\n", b"+\n", quality + b"\n"]


def lengths(rng, rows, mates):
    """For each mate the length of each read: equal, very different, or drifting apart."""
    kind = rng.choice(("equal", "different", "drifting", "any"))
    if kind == "equal":
        return [[20] * rows] * mates
    if kind == "different":
        sizes = rng.sample((1, 20, 60, 700), mates)
        return [[size] * rows for size in sizes]
    if kind == "drifting":
        rising = sorted(rng.choice((0, 1, 5, 300)) for _ in range(rows))
        return [rising if mate % 2 else rising[::-1] for mate in range(mates)]
    return [[rng.randrange(60) for _ in range(rows)] for _ in range(mates)]


class Case:
    """The records of each mate, which get damaged, and then lanes and texts."""

    def __init__(self, rng, large, multiline):
        self.rng, self.large, self.multiline = rng, large, multiline
        self.interleaved = rng.random() < 0.25
        count = 2 if self.interleaved else rng.choice((2, 2, 2, 3, 4))
        rows = rng.randrange(3000, 5000) if large else rng.choice((1, 2, rng.randrange(3, 80)))
        style = rng.choice(NAME_STYLES)
        self.mates = [[record(rng, styled(style, i, mate), sizes[i]) for i in range(rows)]
                      for mate, sizes in enumerate(lengths(rng, rows, count), 1)]
        if multiline:
            self.mates = [damage.wrapped(rng, records) for records in self.mates]
        self.events = []
        for _ in range(rng.choice((0, 1, 2, 3, 4, 6))):
            rng.choice((self.break_record, self.break_record, self.break_name, self.exchange,
                        self.shorten))()

    def any_mate(self):
        mate = self.rng.randrange(len(self.mates))
        self.events.append(f"mate {mate + 1}")
        return self.mates[mate]

    def break_record(self):
        records = self.any_mate()
        at = self.rng.randrange(len(records)) if records else 0
        if records and len(records[at]) == 4:
            kind = self.rng.choice(sorted(damage.DAMAGES))
            text = damage.DAMAGES[kind](self.rng, [records[at]], 0)
            records[at] = [text]
            self.events.append(f"{kind} at row {at}")

    def break_name(self):
        records = self.any_mate()
        if records:
            at = self.rng.randrange(len(records))
            records[at] = [b"@other\n", *records[at][1:]]
            self.events.append(f"another name at row {at}")

    def exchange(self):
        records = self.any_mate()
        if len(records) > 1:
            at = self.rng.randrange(len(records) - 1)
            records[at], records[at + 1] = records[at + 1], records[at]
            self.events.append(f"rows {at} and {at + 1} exchanged")

    def shorten(self):
        records = self.any_mate()
        if records:
            keep = self.rng.choice((len(records) - 1, self.rng.randrange(len(records))))
            del records[keep:]
            self.events.append(f"ends after {keep} rows")

    def lanes(self):
        """For each stream a list of texts."""
        streams = self.mates
        if self.interleaved:
            longest = max(len(mate) for mate in self.mates)
            streams = [[mate[i] for i in range(longest) for mate in self.mates if i < len(mate)]]
        result = []
        for records in streams:
            cuts = sorted(self.rng.randrange(len(records) + 1)
                          for _ in range(self.rng.choice((0, 0, 0, 1, 2))))
            pieces = [records[a:b] for a, b in zip([0, *cuts], [*cuts, len(records)])]
            result.append([damage.text_of(piece) for piece in pieces])
        return result


class Trial:
    """One case on disk, and what the reference says of it."""

    def __init__(self, case, directory):
        self.case, self.directory = case, directory
        directory.mkdir()
        texts = case.lanes()
        self.paths = [[directory / f"r{stream + 1}_{lane}.fastq" for lane in range(len(lanes))]
                      for stream, lanes in enumerate(texts)]
        for paths, lanes in zip(self.paths, texts):
            for path, text in zip(paths, lanes):
                path.write_bytes(text)
        self.readings = [[reference.read(text, multiline=case.multiline) for text in lanes]
                         for lanes in texts]
        streams = [reference.Lanes(paths, lanes, case.multiline)
                   for paths, lanes in zip(self.paths, texts)]
        self.mates = reference.deal(streams[0]) if case.interleaved else streams
        self.fault = reference.fault_of_mates(self.mates)
        self.listed = [(path, fault) for paths, readings in zip(self.paths, self.readings)
                       for path, reading in zip(paths, readings) for fault in reading.faults]
        if self.fault and self.fault[1].words in PAIR_WORDS:
            self.listed.append(self.fault)
        self.sentence = None

    def jobs(self, rng, kernels):
        options = ["interleaved"] if self.case.interleaved else []
        options += ["multiline"] if self.case.multiline else []
        layouts = [many.SERIAL, *(any_layout(rng, kernels) for _ in range(LAYOUTS_EACH))]
        if self.case.large:
            layouts = [layout._replace(slice_bytes=max(1000, layout.slice_bytes))
                       for layout in layouts]
        for layout in layouts:
            yield (layout, self.check_first,
                   many.job_line("convert", layout, self.paths, self.directory / "out.h5", options))
        layout = rng.choice(layouts)
        yield (layout, self.check_list,
               many.job_line("validate", layout, self.paths, None, [*options, "max-errors=99999"]))

    # ---- the claims; each returns what is wrong, or None ----

    def check_first(self, answer):
        if not self.fault:
            return None if answer.code == 0 else "good mates are refused"
        path, fault = self.fault
        if answer.code != 1:
            return f"exit code {answer.code}"
        if len(answer.lines) != 1 or not tells_of(answer.lines[0], path, fault):
            return "another fault"
        self.sentence = self.sentence or answer.lines[0]
        return None if answer.lines[0] == self.sentence else f"another sentence: {self.sentence}"

    def check_list(self, answer):
        lines = [line for line in answer.lines if not line.startswith("warning: ")]
        if answer.code != (1 if self.listed else 0):
            return f"validate: exit code {answer.code}"
        if self.listed:
            lines.pop()  # the summary
        want = [(str(path), fault) for path, fault in self.listed]
        if len(lines) != len(want):
            return f"validate: {len(lines)} lines, not {len(want)}: {lines}, want {want}"
        for line, (path, fault) in zip(lines, want):
            if place_in(line) is None or not tells_of(line, path, fault):
                return f"validate: listed {line!r} for {fault}"
        return None

    def check_columns(self):
        """The output of the last conversion that came through; it is there only if all is good."""
        out = self.directory / "out.h5"
        if self.fault:
            return "there is an output" if out.exists() else None
        for number, mate in enumerate(self.mates, 1):
            tails = []
            if number <= len(self.readings):
                tails = [reading.tail for reading in self.readings[number - 1]]
            want = columns.expected([row[2] for row in mate.rows], tails)
            wrong = columns.difference(out, number, want)
            if wrong:
                return wrong
        return None


def round_of_cases(machine, seed, count, multiline):
    """Sentences about what is wrong with one batch of cases, and how many runs it took."""
    rng, wrong, work = random.Random(seed), [], []
    kernels = machine.kernels()
    with tempfile.TemporaryDirectory() as top:
        trials = [Trial(Case(rng, i % 20 == 19, multiline), Path(top) / f"s{seed}c{i}")
                  for i in range(count)]
        for trial in trials:
            for layout, check, line in trial.jobs(rng, kernels):
                work.append((trial, layout, check, (layout.ranks, line)))
        answers = machine.run_many([job for _, _, _, job in work], SECONDS)

        def note(trial, sentence):
            name = trial.directory.name
            wrong.append(f"{name} {trial.case.events}: {sentence}\n    want {trial.fault}")
            if os.environ.get("PFQ_KEEP"):
                shutil.copytree(trial.directory, Path(os.environ["PFQ_KEEP"]) / name,
                                dirs_exist_ok=True)

        for (trial, layout, check, _), answer in zip(work, answers):
            sentence = check(answer) if answer.agreed else "the ranks do not agree"
            if sentence:
                note(trial, f"{layout}: {sentence}\n    said {answer.lines[:4]}")
        for trial in trials:
            sentence = trial.check_columns()
            if sentence:
                note(trial, sentence)
    return wrong, len(work)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--multiline", action="store_true")
    parser.set_defaults(seed=2)  # has two bad records in one mate while another mate lags behind
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    until = time.monotonic() + float(os.environ.get("PFQ_LONG_SECONDS", 0))
    seed, runs, failures = arguments.seed, 0, 0
    while True:
        wrong, more = round_of_cases(machine, seed, arguments.cases, arguments.multiline)
        for sentence in wrong[:20]:
            print(sentence, flush=True)
        runs, failures, seed = runs + more, failures + len(wrong), seed + 1
        if time.monotonic() > until:
            break
    print(f"{runs} runs over {arguments.cases * (seed - arguments.seed)} cases, seeds from "
          f"{arguments.seed}: {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
