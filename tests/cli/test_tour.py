#!/usr/bin/env python3
"""Every command does its work at 1 and at 3 ranks, with the same result.

    test_tour.py PARFASTQ DATA [MPIEXEC]

One run of each command and of each large part of it (text, gzip with and without an index, wrapped
lines, filters, pages, single reads): short enough to be run under sanitizers.
"""

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PAIR = ("-1", "R1.fastq", "-2", "R2.fastq")
SMALL = ("--slice-size", "64k", "--chunk-size", "16k", "-t", "2", "-q")

# The words of a run, and its file that is the same for any ranks; None: what it prints is.
TOUR = [
    (("convert", *SMALL, "--qc", "--index-names", "-o", "pair.h5", *PAIR), "pair.h5"),
    (("convert", *SMALL, "--compress", "zstd", "--checksum", "-o", "gz.h5", "R1.fastq.gz"), "gz.h5"),
    (("convert", *SMALL, "--multiline", "-o", "wrapped.h5", "wrapped.fastq"), "wrapped.h5"),
    (("validate", *SMALL, "--inflate", "parallel", "--index", "R1.fastq.gz"), "R1.fastq.gz.pfqi"),
    (("stats", *SMALL, "R1.fastq.gz"), None),
    (("stats", *SMALL, "--json", "qc.json", "--html", "qc.html", "--fastqc", "qc", *PAIR), "qc.html"),
    (("filter", *SMALL, "--trim-adapters", "--trim-quality", "20", "--min-length", "50", "-o",
      "o1.fastq", "-O", "o2.fastq", *PAIR), "o1.fastq"),
    (("export", "-q", "-t", "2", "--mate", "2", "-o", "again.fastq", "pair.h5"), "again.fastq"),
    (("export", "-q", "-t", "2", "-o", "again.fastq.gz", "gz.h5"), None),
    (("get", "-q", "pair.h5", "--rows", "10:12"), None),
    (("validate", *SMALL, "pair.h5"), None),
    (("info", "pair.h5"), None),
]


def run(start, directory, words):
    ended = subprocess.run([*start, *words], cwd=directory, capture_output=True, timeout=120,
                           env={**os.environ, "SOURCE_DATE_EPOCH": "1"})
    if ended.returncode:
        sys.exit(f"{words[0]} ends with {ended.returncode}: {ended.stderr.decode()}")
    return ended.stdout


def tour(start, directory, data):
    """The results of all runs, in order."""
    for mate in ("R1", "R2"):
        (directory / f"{mate}.fastq").write_bytes((data / f"sample_{mate}.fastq").read_bytes())
    (directory / "R1.fastq.gz").write_bytes(
        gzip.compress((directory / "R1.fastq").read_bytes(), mtime=0))
    (directory / "wrapped.fastq").write_bytes((data / "wrapped.fastq").read_bytes())
    for path in directory.iterdir():
        os.utime(path, (1, 1))  # info shows the date
    results = []
    for words, name in TOUR:
        printed = run(start, directory, words)
        results.append((directory / name).read_bytes() if name else printed)
    return results


def main():
    command, data, *mpiexec = sys.argv[1:]
    starts = [[command]] + [[*mpiexec, "-n", "3", command] for _ in mpiexec]
    told = []
    for start in starts:
        with tempfile.TemporaryDirectory() as directory:
            told.append(tour(start, Path(directory), Path(data)))
            mate = Path(directory, "again.fastq").read_bytes()
            gz = gzip.decompress(Path(directory, "again.fastq.gz").read_bytes())
        if mate != Path(data, "sample_R2.fastq").read_bytes():
            sys.exit("export gives another second mate")
        if gz != Path(data, "sample_R1.fastq").read_bytes():
            sys.exit("export gives other text than gzip held")
    for i, (words, name) in enumerate(TOUR):
        # HDF5 files are compared by what comes out of them: addresses in them may differ.
        if not (name or "").endswith(".h5") and len({result[i] for result in told}) > 1:
            sys.exit(f"{' '.join(words)}: another result at 3 ranks")


main()
