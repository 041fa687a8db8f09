#!/usr/bin/env python3
"""The datasets are the same for any ranks, threads, slices, chunks, SIMD kernel, writer, alignment
and compression; and with one compression, so are the bytes of their chunks as they are stored.

    test_same_everywhere.py --mpiexec MPIRUN --command PARFASTQ --many MANY --data DIRECTORY
                            [--packed]

Nasty inputs, made here, and the good files of tests/data are converted with settings that hold
every pair of values of two knobs (with PFQ_LONG set: every combination of all of them). Everything
in the files must be equal: datasets, attributes, provenance. And it must be right: the columns are
those that an independent reader makes. With --packed the inputs are compressed, each lane in a way
of its own.
"""

import argparse
import itertools
import os
import random
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "errors"), str(TESTS / "support")]
import columns
import damage
import many
import packing
import reference
from wrong import conclude

KIB, MIB = 1 << 10, 1 << 20
SECONDS = 600
LONG_READ_BASES = 200_000

# mates: for each stream the texts of its lanes.
Input = namedtuple("Input", "name streams interleaved")


def knobs(kernels):
    return many.Layout(ranks=(1, 2, 3, 5), threads=(1, 2, 4),
                       slice_bytes=(4 * KIB, 64 * KIB, MIB, 64 * MIB),
                       chunk_bytes=(KIB, 64 * KIB, MIB), simd=tuple(kernels),
                       writer=("direct", "gather"), compress=("fast", "none", "gzip"),
                       align=(0, 512, 64 * KIB))


def pairs_of(layout):
    """All pairs of values of two knobs that this layout holds."""
    return set(itertools.combinations(enumerate(layout), 2))


def all_pairs(values):
    """Few layouts that together hold every pair of values of two knobs: takes, again and again,
    the one with the most pairs that are still missing."""
    every = [many.Layout(*layout) for layout in itertools.product(*values)]
    missing = set().union(*map(pairs_of, every))
    chosen = []
    while missing:
        best = max(every, key=lambda layout: len(pairs_of(layout) & missing))
        missing -= pairs_of(best)
        chosen.append(best)
    return chosen


# ---- inputs ----

def named(i, mate=1):
    return b"read%d/%d" % (i, mate)


def nasty(rng):
    return damage.text_of(damage.make_records(rng, 2500, longest=90))


def short_only(rng):
    """Reads of 0 and 1 base; the file ends where the last, empty quality line would be."""
    text = damage.text_of(damage.make_records(rng, 3000, longest=1))
    return text + b"@last\n\n+\n"


def long_among_tiny(rng):
    records = damage.make_records(rng, 60, longest=30, crlf=False)
    for at in (0, 7, 8, 30, 59):
        unit = b"@+" + bytes(rng.choice(damage.QUALITIES) for _ in range(997))
        size = LONG_READ_BASES - rng.randrange(1000)
        records[at] = [b"@long %d\n" % at, (b"ACGTN" * size)[:size] + b"\n", b"+\n",
                       (unit * (size // 999 + 1))[:size] + b"\n"]
    return damage.text_of(records)


def far_longer_than_a_chunk(rng):
    """One read that fills many chunks of the file, between two that do not fill one."""
    unit = bytes(rng.choice(b"ACGT") for _ in range(5003))
    size = 1_500_000 + rng.randrange(1000)
    long = [b"@huge\n", (unit * (size // 5003 + 1))[:size] + b"\n", b"+\n", b"I" * size + b"\n"]
    return damage.text_of([*damage.make_records(rng, 3, longest=30, crlf=False), long,
                           *damage.make_records(rng, 3, longest=30, crlf=False)])


def with_long_tail(rng):
    """More blank lines at the end than a small slice holds."""
    text = damage.text_of(damage.make_records(rng, 20, longest=50))
    return text + b"".join(rng.choice(damage.ENDS) for _ in range(15_000))


def lanes(rng):
    """Lanes of different sizes: without a last newline, with no bytes, with blank lines."""
    first, second, third = (damage.text_of(damage.make_records(rng, n, longest=70))
                            for n in (400, 1, 150))
    return [first.rstrip(b"\r\n") if not first.endswith(b"\n\n") else first, b"",
            second + b"\n\r\n\n", b"\n" * 5000, third]


def mates(rng, sizes):
    """For each mate one lane, with reads of at most so many bases."""
    return [[damage.text_of(damage.make_records(rng, 900, longest=size, crlf=size % 2 == 1,
                                                name_of=lambda i, mate=mate: named(i, mate)))]
            for mate, size in enumerate(sizes, 1)]


def interleaved(rng):
    """Two lanes of which the first ends between two mates."""
    first, second = ([record for record in damage.make_records(
        rng, 801, longest=size, name_of=lambda i, mate=mate: named(i, mate))]
        for mate, size in ((1, 10), (2, 150)))
    both = [record for pair in zip(first, second) for record in pair]
    return [damage.text_of(both[:501]), damage.text_of(both[501:]) + b"\n\n"]


def good_samples(directory):
    """The files of tests/data that the reference finds good, and the pairs among them."""
    for path in sorted(directory.glob("*.fastq")):
        text = path.read_bytes()
        if not text.startswith(b"\x1f") and not reference.read(text).faults:
            yield Input(path.stem, [[text]], False)
    for stem in ("sample", "pair"):
        both = [directory / f"{stem}_R{mate}.fastq" for mate in (1, 2)]
        if all(path.exists() for path in both):
            yield Input(f"{stem}_pair", [[path.read_bytes()] for path in both], False)


def inputs(rng, data):
    return [Input("nasty", [[nasty(rng)]], False),
            Input("short_only", [[short_only(rng)]], False),
            Input("long_among_tiny", [[long_among_tiny(rng)]], False),
            Input("long_tail", [[with_long_tail(rng)]], False),
            Input("lanes", [lanes(rng)], False),
            Input("mates", mates(rng, (20, 401)), False),
            Input("four_mates", mates(rng, (151, 8, 8, 30)), False),
            Input("interleaved_lanes", [interleaved(rng)], True),
            Input("far_longer_than_a_chunk", [[far_longer_than_a_chunk(rng)]], False),
            *good_samples(data)]


# ---- what is right ----

def expected_mates(made):
    """The columns of each mate by the reference reader."""
    readings = [[reference.read(text) for text in stream] for stream in made.streams]
    for reading in itertools.chain(*readings):
        if reading.faults:
            raise ValueError(f"{made.name} is not good FASTQ: {reading.faults[0]}")
    rows = [[record for reading in stream for record in reading.records] for stream in readings]
    tails = [[reading.tail for reading in stream] for stream in readings]
    if made.interleaved:
        rows, tails = [rows[0][0::2], rows[0][1::2]], [tails[0], []]
    return [{**columns.expected(*mate), **columns.index(mate[0])} for mate in zip(rows, tails)]


def wrong_columns(path, made):
    for mate, want in enumerate(expected_mates(made), 1):
        sentence = columns.difference(path, mate, want)
        if sentence:
            return sentence
    return None


def wrong_attributes(content, made):
    """Do the attributes of each group say what its columns say?"""
    for mate, want in enumerate(expected_mates(made), 1):
        lengths = [int(b - a) for a, b in zip(want["offset"], want["offset"][1:])] or [0]
        numbers = {"records": len(want["offset"]) - 1, "bases": len(want["sequence"]),
                   "min_length": min(lengths), "max_length": max(lengths),
                   "fixed_length": lengths[0] if min(lengths) == max(lengths) else 0}
        for name, number in numbers.items():
            if content[f"read{mate}@{name}"] != number:
                return f"read{mate}: {name} is {content[f'read{mate}@{name}']}, not {number}"
    return None


# ---- the runs ----

class Comparison:
    """Inputs on disk; every output is held against the first one of the same input."""

    def __init__(self, machine, directory, rng, packers):
        self.machine, self.directory = machine, Path(directory)
        self.rng, self.packers = rng, packers
        self.first, self.stored, self.wrong, self.runs = {}, {}, [], 0

    def pack(self, text):
        if not self.packers:
            return text
        return self.packers[self.rng.choice(sorted(self.packers))](self.rng, text)

    def store(self, made):
        paths = []
        for number, stream in enumerate(made.streams, 1):
            paths.append([self.directory / f"{made.name}_{number}_{lane}.fastq"
                          for lane in range(len(stream))])
            for path, text in zip(paths[-1], stream):
                if not path.exists():
                    path.write_bytes(self.pack(text))
        return paths

    def compare(self, made, layouts):
        """Converts a list of inputs with each layout."""
        work = []
        for one in made:
            paths = self.store(one)
            options = ["index-names", *(["interleaved"] if one.interleaved else [])]
            for layout in layouts:
                out = self.directory / f"out{len(work)}.h5"
                inflate = ([f"inflate={self.rng.choice(packing.INFLATE)}"] if self.packers else [])
                line = many.job_line("convert", layout, paths, out, [*options, *inflate])
                work.append((one, layout, out, (layout.ranks, line)))
        answers = self.machine.run_many([job for _, _, _, job in work], SECONDS)
        for (one, layout, out, _), answer in zip(work, answers):
            self.runs += 1
            if answer.code != 0 or not answer.agreed:
                self.wrong.append(f"{one.name}, {layout}: exit code {answer.code}: {answer.lines}")
                continue
            self.hold(one, layout, out)
            out.unlink()

    def hold_stored(self, made, layout, compress, out):
        """The stored bytes against those of the first file of this compression."""
        stored = columns.stored_chunks(out)
        layout_of_first, first = self.stored.setdefault((made.name, compress), (layout, stored))
        unlike = sorted(name for name in first if stored.get(name) != first[name])
        if unlike:
            self.wrong.append(f"{made.name}: the stored chunks of {unlike} differ between "
                              f"{layout_of_first} and {layout}")

    def hold(self, made, layout, out):
        compress = getattr(layout, "compress", "fast")
        if compress != "none":
            self.hold_stored(made, layout, compress, out)
        content = columns.everything(out)
        if made.name not in self.first:
            self.first[made.name] = layout, content
            wrong = wrong_columns(out, made) or wrong_attributes(content, made)
            if wrong:
                self.wrong.append(f"{made.name}, {layout}: {wrong}")
            return
        layout_of_first, first = self.first[made.name]
        unlike = sorted(name for name in {*first, *content}
                        if first.get(name) != content.get(name))
        if unlike:
            self.wrong.append(
                f"{made.name}: {unlike} differ between {layout_of_first} and {layout}")

    def compare_command(self, made, ranks, words, environment):
        """The same by the command itself."""
        self.runs += 1
        paths, out = self.store(made), self.directory / "command.h5"
        files = [word for number, stream in enumerate(paths, 1) for path in stream
                 for word in (f"-{number}", path)]
        ended = self.machine.convert(ranks, ["convert", "-q", "-f", "--index-names", "-o", out,
                                             *words, *files],
                                     environment=environment)
        if ended.code != 0:
            self.wrong.append(f"{made.name}, {ranks} ranks {words}: {ended.code}: {ended.err}")
        else:
            self.hold(made, (ranks, *words), out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--packed", action="store_true")
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    values = knobs(machine.kernels())
    every_one = bool(os.environ.get("PFQ_LONG"))
    layouts = ([many.Layout(*layout) for layout in itertools.product(*values)] if every_one
               else all_pairs(values))
    made = inputs(random.Random(arguments.seed), arguments.data)
    with tempfile.TemporaryDirectory() as directory:
        comparison = Comparison(machine, directory, random.Random(arguments.seed),
                                packing.packers() if arguments.packed else {})
        for group in [[one] for one in made] if every_one else [made]:
            comparison.compare(group, layouts)
        pair = next(one for one in made if one.name == "mates")
        comparison.compare_command(pair, 0, ["-t", 2, "--slice-size", "64k"], {})
        comparison.compare_command(pair, 3, ["--chunk-size", "1k", "--slice-size", "4k", "--writer",
                                             "gather"], {"PFQ_SIMD": "scalar"})
    return conclude(f"{len(made)} inputs, {len(layouts)} layouts, {comparison.runs} runs: ",
                    found=comparison.wrong)


if __name__ == "__main__":
    sys.exit(main())
