"""What people write today to get FASTQ into HDF5: a loop over lines.

    python3 h5py_loop.py append|buffer READS.fastq OUT.h5

append: each record is stored as it comes, in datasets that grow. buffer: ten thousand records at a time. Strings of
variable length, chunked and gzip-compressed, as the manuals show them.
"""
import sys

import h5py

COLUMNS = ("name", "sequence", "quality")


def records(path):
    with open(path) as lines:
        for name, sequence, _, quality in zip(lines, lines, lines, lines):
            yield name[1:].rstrip(), sequence.rstrip(), quality.rstrip()


def store(columns, rows, n):
    for column, values in zip(columns, zip(*rows)):
        column.resize((n + len(rows),))
        column[n:] = values


def main(how, reads, out):
    at_once = {"append": 1, "buffer": 10000}[how]
    with h5py.File(out, "w") as file:
        columns = [
            file.create_dataset(name, (0,), h5py.string_dtype(), maxshape=(None,), chunks=(10000,), compression="gzip")
            for name in COLUMNS
        ]
        rows, n = [], 0
        for record in records(reads):
            rows.append(record)
            if len(rows) == at_once:
                store(columns, rows, n)
                n, rows = n + len(rows), []
        if rows:
            store(columns, rows, n)
            n += len(rows)
    print(n)


if __name__ == "__main__":
    main(*sys.argv[1:])
