#!/usr/bin/env python3
"""Claim: rows are read from where they are, as far as 2^37 rows and 2^40 bases into a file.

    check_far.py PARFASTQ [MPIEXEC]

No file here is so large: the rows of a small one are moved far behind, and nothing is stored in front
of them but the first offset. The file is said to be as long as it would have to be, and has holes.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from wrong import conclude, expect, wrong

RECORDS = 3000
ROWS, BASES, NAMES = (1 << 37) + 5, (1 << 40) + 1, (1 << 39) + 3  # in front of them
FILTERED_BYTES = 1 << 31  # of a file whose datasets are compressed as well as can be


def make_records(rng):
    """Some end their lines otherwise than the first does: they are listed with their rows."""
    records = []
    for i in range(RECORDS):
        size = rng.randrange(120)
        end = rng.choice((b"\n", b"\n", b"\n", b"\r\n"))
        records.append(end.join((b"@far %d" % i, bytes(rng.choices(b"ACGTN", k=size)), b"+",
                                 bytes(rng.choices(range(33, 75), k=size)), b"")))
    return records


def move(file, name, front, data, kept=None):
    """A dataset has its elements so far behind, and the first one, if it is kept."""
    old = file[name]
    attributes = dict(old.attrs)
    ways = {"chunks": old.chunks, "compression": old.compression, "shuffle": old.shuffle,
            "compression_opts": old.compression_opts, "dtype": old.dtype, "maxshape": (None,)}
    del file[name]
    made = file.create_dataset(name, shape=(front + len(data),), **ways)
    made[front:] = data
    if kept is not None:
        made[0] = kept
    for key, value in attributes.items():
        made.attrs[key] = value


def move_rows(path):
    with h5py.File(path, "r+") as file:
        read = file["read1"]
        for name, front in (("sequence", BASES), ("quality", BASES), ("name", NAMES)):
            move(read, name, front, read[name][:])
        for name, front in (("offset", BASES), ("name_offset", NAMES)):
            move(read, name, ROWS, read[name][:] + numpy.uint64(front), kept=0)
        read["text/row"][:] = read["text/row"][:] + numpy.uint64(ROWS)
        read.attrs["records"] += numpy.uint64(ROWS)
        read.attrs["bases"] += numpy.uint64(BASES)


class Command:
    def __init__(self, program, mpiexec, directory):
        self.program, self.mpiexec, self.directory = program, mpiexec, directory

    def run(self, *words, ranks=0):
        """What it prints; what went wrong is told."""
        launch = [self.mpiexec, "-n", str(ranks)] if ranks else []
        done = subprocess.run([*launch, self.program, *map(str, words)], capture_output=True,
                              cwd=self.directory, timeout=120, check=False)
        if done.returncode:
            wrong(f"{words}, {ranks} ranks: {done.returncode}: {done.stderr[-300:]}")
        return done.stdout


def check_file(command, records):
    """All of these rows, and some of them."""
    said = command.run("info", "far.h5").decode().split()
    bases = sum(len(record.split(b"\n")[1].rstrip(b"\r")) for record in records)
    for name, number in (("records", ROWS + RECORDS), ("bases", BASES + bases)):
        expect(name, said[said.index(name) + 1] if name in said else said, str(number))
    for ranks in (0, 2, 3) if command.mpiexec else (0,):
        for begin, end in ((0, RECORDS), (7, 90), (RECORDS - 1, RECORDS)):
            rows = f"{ROWS + begin}:{ROWS + end}"
            want = b"".join(records[begin:end])
            command.run("export", "-q", "-f", "--slice-size", "9k", "--rows", rows, "-o", "out.fastq",
                        "far.h5", ranks=ranks)
            got = (command.directory / "out.fastq").read_bytes()
            expect(f"export {rows}, {ranks} ranks", got, want)
            if not ranks:
                expect(f"get {rows}", command.run("get", "far.h5", "--rows", rows), want)


def main():
    program, mpiexec = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        command = Command(program, mpiexec, directory)
        records = make_records(random.Random(40))
        (directory / "in.fastq").write_bytes(b"".join(records))
        for compress, size in (("gzip:1", FILTERED_BYTES), ("none", 2 * BASES)):
            command.run("convert", "-q", "-f", "--compress", compress, "-o", "near.h5", "in.fastq")
            shutil.copy(directory / "near.h5", directory / "far.h5")
            move_rows(directory / "far.h5")
            try:
                os.truncate(directory / "far.h5", size)
            except OSError as refused:
                print(f"no file of {size} bytes here: {refused}")
                continue
            check_file(command, records)
    return conclude()


if __name__ == "__main__":
    sys.exit(main())
