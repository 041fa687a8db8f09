#!/usr/bin/env python3
"""validate names what is wrong with an HDF5 file by dataset and row, for any ranks, and no damage
crashes it.

    test_damaged_hdf5.py --mpiexec MPIRUN --command PARFASTQ

Values are made wrong with h5py, one at a time, and must be named; then bytes of small files are
changed anywhere, and validate and export must end with a code of their own. Files that are good are
good, in every form.
"""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import damage
import h5py
import many
from wrong import conclude

SECONDS = 60
FLIPS = 120
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0", "UBSAN_OPTIONS": "exitcode=99"}


def element(name, i, value):
    def change(file):
        file[name][i] = value
    return change


def attribute(name, key, value):
    def change(file):
        kind = file[name].attrs[key].dtype if hasattr(file[name].attrs[key], "dtype") else None
        file[name].attrs.create(key, value, dtype=kind)
    return change


def provenance(i, field, value):
    def change(file):
        row = file["provenance"][i]
        row[field] = value
        file["provenance"][i] = row
    return change


def swap(name, i, k):
    def change(file):
        file[name][i], file[name][k] = file[name][k], file[name][i]
    return change


# Name, change of the file, what the message must hold.
DAMAGES = [
    ("a base", element("read1/sequence", 5, 7), "/read1/sequence at 5, row 0: 7 is no base"),
    ("a score", element("read2/quality", 205, 99), "/read2/quality at 205, row 2: 99 is no score"),
    ("an offset that descends", element("read1/offset", 7, 3),
     "/read1/offset at 7, row 7: 3 is below the value before it"),
    ("an offset beyond", element("read1/offset", 7, 1 << 40), "/read1/offset at 7, row 7"),
    ("a name with a newline", element("read1/name", 2, 10), "/read1/name at 2, row 0: 10 cannot"),
    ("a mate of another name", element("read2/name", 1, ord("X")),
     "/read2/name, row 0: another name than in /read1"),
    ("an exception out of order", element("read1/text/row", 1, 0), "/read1/text/row at 1: 0 is below"),
    ("an exception beyond", element("read1/text/row", 1, 999), "/read1/text/row at 1: 999 is beyond"),
    ("a style", element("read1/text/style", 0, 200), "/read1/text/style at 0: 200 is no style"),
    ("a count", attribute("read1", "records", 3), "/read1: the attribute records"),
    ("a smallest length", attribute("read1", "min_length", 3), "/read1: min_length"),
    ("a number of records", provenance(0, "records", 3), "/provenance counts 3 records"),
    ("a first row", provenance(1, "first_row", 3), "/provenance, row 1: first_row is 3, not 0"),
    ("two rows of an index", swap("read2/index/name_row", 3, 4), "/read2/index: its hashes and rows"),
    ("hashes of an index out of order", swap("read1/index/name_hash", 3, 4), "/read1/index/name_hash at 4"),
    ("a missing dataset", lambda file: file.__delitem__("read1/name"), "/read1/name is missing"),
]


def mates(rng):
    """Two mates of 40 reads of 100 bases, of which two were written with CR LF."""
    texts = []
    for mate in (1, 2):
        text = b""
        for i in range(40):
            end = b"\r\n" if i in (3, 9) else b"\n"
            bases = bytes(rng.choice(b"ACGT") for _ in range(100))
            quality = bytes(rng.choice(damage.QUALITIES) for _ in range(100))
            text += b"@read%d/%d" % (i, mate) + end + bases + end + b"+" + end + quality + end
        texts.append(text)
    return texts


class Bench:
    def __init__(self, machine, directory):
        self.machine, self.directory, self.wrong, self.runs = machine, Path(directory), [], 0

    def run(self, ranks, *words):
        self.runs += 1
        return self.machine.convert(ranks, words, SECONDS, cwd=self.directory,
                                    environment=SANITIZERS)

    def hold(self, condition, claim, ended):
        if not condition:
            self.wrong.append(f"{claim}: code {ended.code}, said {many.said(ended)[:4]}")

    def make(self, name, *options):
        ended = self.run(0, "convert", "-qf", "-o", name, *options, "-1", "one.fastq", "-2",
                         "two.fastq")
        self.hold(ended.code == 0, f"convert to {name}", ended)
        for ranks in (0, 2):
            ended = self.run(ranks, "validate", "-q", name)
            self.hold(ended.code == 0 and not many.said(ended), f"validate of good {name}", ended)


def check_values(bench):
    for claim, change, words in DAMAGES:
        shutil.copy(bench.directory / "good.h5", bench.directory / "bad.h5")
        with h5py.File(bench.directory / "bad.h5", "r+") as file:
            change(file)
        for ranks in (0, 3):
            ended = bench.run(ranks, "validate", "-q", "bad.h5")
            bench.hold(ended.code == 1 and any(f"bad.h5: {words}" in line for line in
                                               many.said(ended)), f"{claim} ({ranks})", ended)



def check_flips(bench, name, rng, flips):
    """Any change of any byte: an answer, and nothing that a sanitizer has to say. How often it was
    found."""
    good = (bench.directory / name).read_bytes()
    found = 0
    for i in range(flips):
        data = bytearray(good)
        for _ in range(rng.choice((1, 1, 4))):
            place = rng.choice((rng.randrange(len(data)), len(data) - 1 - rng.randrange(9000),
                                rng.randrange(2100)))
            data[place] = rng.choice((0, 255, data[place] ^ 1 << rng.randrange(8)))
        (bench.directory / "flip.h5").write_bytes(data)
        for words in (("validate", "-q", "flip.h5"),
                      ("export", "-qf", "--mate", "1", "-o", "flip.fastq", "flip.h5")):
            ended = bench.run(0, *words)
            bench.hold(ended.code in (0, 1, 2, 3) and "Sanitizer" not in ended.err and
                       "runtime error" not in ended.err, f"{name}, flip {i}, {words[0]}", ended)
            found += ended.code == 1
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser, many=False)
    parser.add_argument("--flips", type=int, default=FLIPS)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(many.Machine(arguments.mpiexec, arguments.command), directory)
        for name, text in zip(("one", "two"), mates(rng)):
            (bench.directory / f"{name}.fastq").write_bytes(text)
        bench.make("good.h5", "--index-names")
        bench.make("sums.h5", "--checksum", "--compress", "none")
        bench.make("plain.h5", "--compress", "none")
        bench.make("forms.h5", "--bases", "code", "--quality", "bin8", "--columns", "quality,sequence")
        check_values(bench)
        found = sum(check_flips(bench, name, rng, arguments.flips // 3)
                    for name in ("good.h5", "plain.h5", "forms.h5"))
        if not found:
            bench.wrong.append("no flip was found")
    return conclude(f"{bench.runs} runs, ", found=bench.wrong)


if __name__ == "__main__":
    sys.exit(main())
