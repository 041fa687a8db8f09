#!/usr/bin/env python3
"""The examples in Python and R say what a few lines make of the FASTQ text.

    test_python.py WHAT --command PARFASTQ --data DIRECTORY

WHAT is `h5py` (those that need h5py and numpy), `pandas`, `torch` or `R`. Exit code 77, with a
reason: what it needs is not here.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST_EXAMPLE = 20
SKIPPED = 77


def run(*words):
    words = [str(word) for word in words]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    if done.returncode:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def example(name, *words):
    return run(sys.executable, HERE / "python" / name, *words)


def must_say(said, *wanted):
    for words in wanted:
        if words not in said:
            sys.exit(f"\"{words}\" is missing in what was said: {said!r}")


class Reads:
    """A FASTQ text, and the HDF5 file made of it."""

    def __init__(self, command, directory, name, paths):
        text = paths[0].read_text().split("\n")
        self.names = [line[1:] for line in text[0:-1:4]]
        self.bases = text[1::4]
        self.quality = [[ord(letter) - 33 for letter in line] for line in text[3::4]]
        self.h5 = directory / f"{name}.h5"
        files = [word for mate, path in enumerate(paths, 1) for word in (f"-{mate}", path)]
        run(command, "convert", "-q", "--index-names", "-o", self.h5, *files)

    def mean(self):
        return sum(map(sum, self.quality)) / sum(map(len, self.bases))

    def mean_of(self, row):
        return sum(self.quality[row]) / max(1, len(self.bases[row]))


def fixed_text(pair):
    """The long enough reads of a file, cut to one length."""
    lines = pair.read_text().split("\n")
    kept = [(lines[i], lines[i + 1][:100], lines[i + 3][:100]) for i in range(0, len(lines) - 1, 4)]
    return "".join(f"{name}\n{bases}\n+\n{quality}\n" for name, bases, quality in kept)


def make_files(arguments, directory):
    """A pair, reads of many lengths, reads of one length."""
    data = arguments.data
    (directory / "fixed.fastq").write_text(fixed_text(data / "sample_R1.fastq"))
    return [Reads(arguments.command, directory, name, paths) for name, paths in
            (("pair", [data / "sample_R1.fastq", data / "sample_R2.fastq"]),
             ("long", [data / "long_reads.fastq"]), ("fixed", [directory / "fixed.fastq"]))]


# ---- what is tried ----

def try_columns(reads):
    n, bases = len(reads.names), "".join(reads.bases)
    gc = sum(map(bases.upper().count, "GC")) / len(bases)
    must_say(example("columns.py", reads.h5), f"{n} reads, {len(bases)} bases, mean quality "
             f"{reads.mean():.2f}, GC {gc:.3f}\n")


def try_one_read(reads):
    for row in (0, len(reads.names) // 2, len(reads.names) - 1):
        want = [reads.names[row], reads.bases[row], " ".join(map(str, reads.quality[row]))]
        if example("one_read.py", reads.h5, row).split("\n")[:3] != want:
            sys.exit(f"one_read.py: row {row} is not {want}")


def try_batch(reads):
    first, end = len(reads.names) // 3, min(len(reads.names), len(reads.names) // 3 + 9)
    said = example("batch.py", reads.h5, first, end).split("\n")
    for row, line in zip(range(first, end), said):
        must_say(line + "\n", f"{row} {len(reads.bases[row])} {round(reads.mean_of(row), 2)} "
                 f"{reads.bases[row][:20]}\n")


def try_matrix(reads):
    columns = list(zip(*reads.quality))
    said = example("matrix.py", reads.h5)
    must_say(said, f"matrix {len(reads.names)} 100\n")
    means = said.split("by position ")[1].split()
    for got, column in zip(means, columns):
        if abs(float(got) - sum(column) / len(column)) > 0.06:
            sys.exit(f"matrix.py: a mean quality is {got}")


def try_by_name(reads):
    for row in (0, len(reads.names) - 1):
        key = reads.names[row].split()[0]
        rows = [i for i, name in enumerate(reads.names) if name.split()[0] == key]
        must_say(example("by_name.py", reads.h5, key), " ".join(map(str, rows)) + "\n")
    if example("by_name.py", reads.h5, "nobody") != "\n":
        sys.exit("by_name.py found nobody")


def try_dataset(reads):
    """Items and mini-batches, near and far, are the reads."""
    sys.path.insert(0, str(HERE / "python"))
    from dataset import Reads as Dataset
    dataset, last = Dataset(reads.h5), len(reads.names) - 1
    for rows in ([last], [0, last], [last, 3, 3], list(range(last, -1, -1))):
        for row, (bases, quality) in zip(rows, dataset.__getitems__(rows)):
            if (bases.tobytes().decode(), quality.tolist()) != (reads.bases[row],
                                                                reads.quality[row]):
                sys.exit(f"dataset.py: row {row} of {rows} is not what it was")
    if len(dataset) != len(reads.names) or dataset[1][0].tobytes().decode() != reads.bases[1]:
        sys.exit("dataset.py: its length or an item is not what it was")


def try_minibatches(reads, *words):
    said = example("minibatches.py", reads.h5, *words)
    print(f"{reads.h5.name}: {said.strip()}")
    must_say(said, f"{len(reads.names)} reads, ")


def try_h5py(files):
    for path in sorted((HERE / "python").glob("*.py")):
        if len(path.read_text().splitlines()) > LONGEST_EXAMPLE:
            sys.exit(f"{path.name} is longer than {LONGEST_EXAMPLE} lines")
    for reads in files:
        for attempt in (try_columns, try_one_read, try_batch, try_by_name, try_dataset,
                        try_minibatches):
            attempt(reads)
    try_matrix(files[2])


def try_pandas(files):
    for reads in files:
        said = example("table.py", reads.h5)
        must_say(said, f"{len(reads.names)} rows\n", "mean_quality")


def try_torch(files):
    for reads in files:
        try_minibatches(reads, "torch")


def try_r(files):
    for reads in files:
        n, bases = len(reads.names), sum(map(len, reads.bases))
        said = run("Rscript", HERE / "r" / "reads.R", reads.h5)
        must_say(said, f"{n} reads, {bases} bases, mean quality {round(reads.mean(), 2):g}",
                 f"the first: {reads.bases[0]}")


def why_not(what):
    """Why this cannot be tried here, or None."""
    if what == "R":
        if not shutil.which("Rscript"):
            return "there is no Rscript"
        found = subprocess.run(["Rscript", "-e", "library(rhdf5)"], capture_output=True)
        return "R has no rhdf5" if found.returncode else None
    for module in ["h5py", "numpy", *([what] if what != "h5py" else [])]:
        try:
            __import__(module)
        except ImportError:
            return f"{sys.executable} has no {module}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["h5py", "pandas", "torch", "R"])
    parser.add_argument("--command", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    reason = why_not(arguments.what)
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    attempt = {"h5py": try_h5py, "pandas": try_pandas, "torch": try_torch, "R": try_r}
    with tempfile.TemporaryDirectory() as directory:
        attempt[arguments.what](make_files(arguments, Path(directory)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
