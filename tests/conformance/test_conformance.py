#!/usr/bin/env python3
"""Adversarial files are read as a serial reader reads them, for any layout.

    test_conformance.py --mpiexec MPIRUN --command PARFASTQ --many MANY [--seed N] [--long]

Good files (support/adversarial.py), of four lines and wrapped: h5py shows the columns that the
reference reader makes, and export gives the same bytes, or, of text that is not wrapped to one
width, four lines a record. Bad files: every way of damage (errors/damage.py) at the first, the
middle and the last record and at the two records at a cut; line, record, byte and sentence are the
reference reader's. And wrapped pairs in lanes, interleaved, compressed and through a pipe are to
all commands what their four-line form is. Layouts turn ranks (1, 2, 3, 5), threads, slices and
chunks, and every other good file is read compressed. The short form takes some layouts for each
file; the long form all for the good, which then have reads by the million and reads of 20
megabases, and more of the bad. PFQ_KEEP: a directory for the files of which something is
wrong.
"""

import argparse
import gzip
import itertools
import os
import random
import shlex
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "errors"), str(TESTS / "support")]
import adversarial
import columns
import damage
import many
import packing
import reference
import test_bad_records

KIB, MIB = 1 << 10, 1 << 20
SECONDS = 3000
CUT_BYTES = KIB  # the slices of bad files: their first cut lies there
MOST_SLICES = 4000  # of a good file, for a rank


def layouts(long):
    """Of good files. Short: each rank count once, with other threads and slices each."""
    sizes = ((64, 50), (KIB, 200), (64 * KIB, KIB), (64 * MIB, MIB))
    if long:
        return [many.Layout(ranks, threads, *size, "", "direct") for ranks, threads, size in
                itertools.product((1, 2, 3, 5), (1, 2, 4), sizes)]
    return [many.Layout(ranks, threads, *size, "", "direct") for ranks, threads, size in
            zip((1, 2, 3, 5), (2, 3, 1, 2), sizes)]


# ---- good files ----

def end_of(style, bit):
    return b"\r\n" if style & bit else b"\n"


def as_exported(reading, width):
    """The text of the records; width 0: four lines each."""
    pieces = []
    for record in reading.records:
        style = record.style
        ends = [end_of(style, bit) for bit in reference.CR]
        parts = [b"@" + record.name, record.bases,
                 b"+" + (record.name if style & reference.PLUS_NAME else b""), record.quality]
        for part, bit in ((1, reference.WRAPPED_BASES), (3, reference.WRAPPED_QUALITY)):
            if width and style & bit:
                text = parts[part]
                parts[part] = ends[part].join(text[at:at + width]
                                              for at in range(0, len(text), width))
        if style & reference.NO_NEWLINE:
            ends[3] = ends[3][:-1]
        pieces += [piece for both in zip(parts, ends) for piece in both]
    return b"".join(pieces) + reading.tail


class Good:
    """One good file, and what has gone wrong with it."""

    def __init__(self, directory, name, text, multiline):
        self.name, self.text, self.multiline = name, text, multiline
        self.path = directory / f"{name}.fastq"
        self.path.write_bytes(text)
        self.packed = directory / f"{name}.fastq.gz"
        self.packed.write_bytes(gzip.compress(text, 1))
        self.reading = reference.read(text, multiline=multiline)
        if self.reading.faults:
            raise ValueError(f"{name} is not good FASTQ: {self.reading.faults[0]}")
        self.columns = columns.expected(self.reading.records, [self.reading.tail])
        self.width = reference.line_width(self.reading.records) if multiline else None
        wrapped = any(record.style & reference.WRAPPED for record in self.reading.records)
        self.exact = not wrapped or self.width
        self.exported = text if self.exact else as_exported(self.reading, 0)

    def fitting(self, layout):
        """Slices are not so small that a large file takes for ever."""
        least = len(self.text) // MOST_SLICES // layout.ranks
        return layout._replace(slice_bytes=max(layout.slice_bytes, least),
                               chunk_bytes=max(layout.chunk_bytes, least // 4))

    def wrong_columns(self, out):
        if columns.line_width(out) != self.width:
            return f"the line width {columns.line_width(out)}, not {self.width}"
        return columns.difference(out, 1, self.columns)


class GoodFiles:
    """All good files of a run: their jobs go to the machine together."""

    def __init__(self, machine, directory, arguments):
        self.machine, self.directory, self.arguments = machine, directory, arguments
        self.files = self.runs = self.exact = 0
        self.wrong = []

    def make(self, name, shape, multiline):
        made = shape(random.Random(self.arguments.seed), 1000 if self.arguments.long else 1)
        good = Good(self.directory, name, damage.text_of(made), multiline)
        self.files += 1
        self.exact += bool(good.exact)
        return good

    def try_all(self, goods):
        """Converts these with all layouts, every other one from a compressed file, and exports each
        output with the same layout."""
        work, sources = [], {}
        for good in goods:
            for i, layout in enumerate(map(good.fitting, layouts(self.arguments.long))):
                out = self.directory / f"{good.name}{i}.h5"
                sources[out] = ((good.packed, [f"inflate={packing.INFLATE[i // 2 % 2]}"])
                                if i % 2 else (good.path, []))
                work.append((good, layout, out, out.with_suffix(".again")))
        self.answer(work, "convert", lambda good, out, back: (
            sources[out][0], out, sources[out][1] + ["multiline"] * good.multiline))
        for good, layout, out, _ in work:
            self.note(good, layout, good.wrong_columns(out) if out.exists() else "no output")
        self.answer(work, "export", lambda good, out, back: (out, back, []))
        for good, layout, out, back in work:
            same = back.exists() and back.read_bytes() == good.exported
            self.note(good, layout, None if same else "export gives other bytes")
            out.unlink(missing_ok=True)
            back.unlink(missing_ok=True)

    def answer(self, work, verb, words):
        jobs = []
        for good, layout, out, back in work:
            source, target, options = words(good, out, back)
            jobs.append((layout.ranks, many.job_line(verb, layout, [[source]], target, options)))
        self.runs += len(jobs)
        for (good, layout, _, _), answer in zip(work, self.machine.run_many(jobs, SECONDS)):
            if answer.code != 0 or not answer.agreed:
                self.note(good, layout, f"{verb}: exit code {answer.code}: {answer.lines}")

    def note(self, good, layout, sentence):
        if sentence:
            self.wrong.append(f"{good.name}, {layout}: {sentence}")
            keep = os.environ.get("PFQ_KEEP")
            if keep:
                (Path(keep) / good.path.name).write_bytes(good.text)


# ---- bad files ----

def places(records):
    """Where to damage: the first, middle and last record, the one that holds the first byte behind
    a cut at CUT_BYTES, and the one that begins behind it."""
    at, begin = 0, 0
    while at + 2 < len(records) and begin + len(b"".join(records[at])) <= CUT_BYTES:
        begin += len(b"".join(records[at]))
        at += 1
    return {"first": 0, "middle": len(records) // 2, "last": len(records) - 1,
            "before_cut": at, "behind_cut": at + 1}


class Damaged(test_bad_records.Trials):
    """Bad files by places: cut where the damage is, or anywhere."""

    def __init__(self, machine, directory, rng, multiline, long):
        super().__init__(machine, directory, rng, {}, multiline)
        self.layouts_each = 4 if long else 1

    def layout(self):
        ranks, threads = self.rng.choice((1, 2, 3, 5)), self.rng.choice((1, 2, 3))
        size = self.rng.choice(((CUT_BYTES, MIB), (MIB, CUT_BYTES), (64, 50), (CUT_BYTES, 100)))
        return many.Layout(ranks, threads, *size, "", "direct")


def try_bad(machine, seed, long):
    """(sentences about what is wrong, files, runs)."""
    wrong, files, runs = [], 0, 0
    for multiline in (False, True):
        rng = random.Random(seed)
        with tempfile.TemporaryDirectory() as directory:
            trials = Damaged(machine, directory, rng, multiline, long)
            for i, (kind, place) in enumerate(itertools.product(
                    sorted(damage.DAMAGES), ("first", "middle", "last", "before_cut",
                                             "behind_cut"))):
                if not long and i % 2 != multiline:
                    continue
                records = damage.make_records(rng, 50, longest=70, crlf=rng.random() < 0.3)
                if multiline:
                    records = damage.wrapped(rng, records)
                text = damage.DAMAGES[kind](rng, records, places(records)[place])
                trials.add(f"s{seed}f{i}", f"{kind}, {place}", text)
                files += 1
            trials.run()
            wrong, runs = wrong + trials.wrong, runs + len(trials.jobs)
    return wrong, files, runs


# ---- all commands ----

class Twins:
    """Pairs in two lanes, wrapped; and their four-line form, which other tests answer for."""

    def __init__(self, machine, directory, seed):
        rng = random.Random(seed)
        self.machine, self.directory, self.wrong, self.runs = machine, directory, [], 0
        pairs = [damage.make_records(rng, 400, longest=90, crlf=False,
                                     name_of=lambda i, mate=mate: b"r%d/%d" % (i, mate))
                 for mate in (1, 2)]
        self.flat, self.lines = (self.store(form, [change(rng, mate) for mate in pairs])
                                 for form, change in (("flat", damage.as_they_are),
                                                      ("lines", damage.wrapped)))

    def store(self, form, mates):
        """Input name -> the words that name it, for one form."""
        both = [record for pair in zip(*mates) for record in pair]
        texts = {f"{form}_{mate}_{lane}": damage.text_of(part) for mate, records in
                 enumerate(mates, 1) for lane, part in enumerate((records[:150], records[150:]))}
        texts[f"{form}_both"] = damage.text_of(both)
        for name, text in texts.items():
            (self.directory / f"{name}.fq").write_bytes(text)
            (self.directory / f"{name}.fq.gz").write_bytes(gzip.compress(text, 1))
        pair = [word for mate in (1, 2) for lane in (0, 1)
                for word in (f"-{mate}", f"{form}_{mate}_{lane}.fq")]
        return {"pairs in lanes": pair, "packed pairs": [
                    word.replace(".fq", ".fq.gz") for word in pair],
                "interleaved": ["--interleaved", f"{form}_both.fq"],
                "a packed file": [f"{form}_both.fq.gz"], "a pipe": ["-"]}

    def run(self, ranks, words, form):
        """(exit code, what was printed or written); ranks 0: no launcher."""
        self.runs += 1
        launch = [self.machine.mpiexec, "-n", ranks] if ranks else []
        words = [str(word) for word in (*launch, self.machine.command, *words)]
        command = f"cat {form}_both.fq | {shlex.join(words)}" if "-" in words else shlex.join(words)
        ended = many.run(["sh", "-c", command], SECONDS, cwd=self.directory)
        return ended.code, ended.out.replace(f"{form}_", "")

    def compare(self, verb, name, ranks, options, output=None):
        answers = []
        for form, inputs, option in (("flat", self.flat, []), ("lines", self.lines,
                                                               ["--multiline"])):
            words = [verb, "-q", "-t", 2, "--slice-size", 3000, *options, *option,
                     *(["-f", "-o", output] if output else []), *inputs[name]]
            code, printed = self.run(ranks, words, form)
            if output and code == 0:
                path = self.directory / output
                printed = columns.found(path) if path.suffix == ".h5" else path.read_bytes()
            if output and code == 0 and output.endswith(".h5"):
                printed = {key: value.tobytes() for key, value in printed.items()
                           if key not in ("text/row", "text/style")}
            answers.append((code, printed))
        if answers[0][0] != 0 or answers[0] != answers[1]:
            self.wrong.append(f"{verb} of {name}, {ranks} ranks: {str(answers)[:500]}")

    def try_all(self):
        for name, ranks in (("pairs in lanes", 3), ("packed pairs", 2), ("interleaved", 0),
                            ("a packed file", 5), ("a pipe", 3)):
            self.compare("stats", name, ranks, ["--tsv"])
            self.compare("convert", name, ranks, [], "out.h5")
        self.compare("filter", "pairs in lanes", 2, ["--min-length", 9], "kept.fq")
        self.compare("filter", "a pipe", 0, ["--sample", 0.5], "kept.fq")
        self.compare("validate", "interleaved", 2, [])
        code, table = self.run(3, ["plan", "-q", "--slice-size", 2000, "--multiline",
                                   "lines_both.fq"], "lines")
        rows = [line.split("\t") for line in table.split("\n")[1:] if line]
        ends = [0, *(int(row[4]) for row in rows)]
        if code != 0 or [int(row[3]) for row in rows] != ends[:-1] or ends[-1] != (
                self.directory / "lines_both.fq").stat().st_size:
            self.wrong.append(f"plan, 3 ranks: {code}: {table[:500]}")


# ---- both ----

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    parser.add_argument("--long", action="store_true")
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        good = GoodFiles(machine, Path(directory), arguments)
        made = [(name, shape, multiline) for shapes, multiline in
                ((adversarial.FOUR_LINE, False), (adversarial.MULTILINE, True))
                for name, shape in shapes.items()]
        for group in [[one] for one in made] if arguments.long else [made]:
            good.try_all([good.make(*one) for one in group])
        wrong += good.wrong
        print(f"good: {good.files} files, {good.runs} runs; export gives the same bytes of "
              f"{good.exact}: {len(good.wrong)} wrong", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        twins = Twins(machine, Path(directory), arguments.seed)
        twins.try_all()
        wrong += twins.wrong
        print(f"commands: {twins.runs} runs: {len(twins.wrong)} wrong", flush=True)
    for seed in range(arguments.seed, arguments.seed + (5 if arguments.long else 1)):
        more, files, runs = try_bad(machine, seed, arguments.long)
        wrong += more
        print(f"bad: {files} files, {runs} runs, seed {seed}: {len(more)} wrong", flush=True)
    for sentence in wrong[:40]:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
