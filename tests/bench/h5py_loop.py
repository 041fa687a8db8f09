"""What people write today to get FASTQ into HDF5: a loop over lines.

    python3 h5py_loop.py append|buffer|flat READS.fastq OUT.h5

append: each record is stored as it comes, in datasets that grow. buffer: ten thousand records at a time. Both as strings
of variable length, chunked and gzip-compressed, as the manuals show them; but HDF5 keeps such strings in heaps, which no
filter sees, so those files are as large as the text. flat: ten thousand records at a time too, as bytes one behind the
other and where each begins, which gzip does compress.
"""
import sys

import h5py
import numpy as np

COLUMNS = ("name", "sequence", "quality")


def records(path):
    with open(path) as lines:
        for name, sequence, _, quality in zip(lines, lines, lines, lines):
            yield name[1:].rstrip(), sequence.rstrip(), quality.rstrip()


class Strings:
    """A column of strings."""

    def __init__(self, file, name):
        self.rows = file.create_dataset(
            name, (0,), h5py.string_dtype(), maxshape=(None,), chunks=(10000,), compression="gzip"
        )

    def store(self, values):
        grow(self.rows, values)


class Flat:
    """A column of bytes, and one of where each row ends."""

    def __init__(self, file, name):
        self.bytes = file.create_dataset(name, (0,), "u1", maxshape=(None,), chunks=(1 << 20,), compression="gzip")
        self.ends = file.create_dataset(
            name + "_ends", (0,), "u8", maxshape=(None,), chunks=(10000,), compression="gzip"
        )

    def store(self, values):
        ends = len(self.bytes) + np.cumsum([len(value) for value in values])
        grow(self.bytes, np.frombuffer("".join(values).encode(), "u1"))
        grow(self.ends, ends)


def grow(dataset, values):
    n = len(dataset)
    dataset.resize((n + len(values),))
    dataset[n:] = values


def main(how, reads, out):
    kind, at_once = {"append": (Strings, 1), "buffer": (Strings, 10000), "flat": (Flat, 10000)}[how]
    with h5py.File(out, "w") as file:
        columns = [kind(file, name) for name in COLUMNS]
        rows, n = [], 0

        def store():
            for column, values in zip(columns, zip(*rows)):
                column.store(values)
            rows.clear()

        for record in records(reads):
            rows.append(record)
            n += 1
            if len(rows) == at_once:
                store()
        if rows:
            store()
    print(n)


if __name__ == "__main__":
    main(*sys.argv[1:])
