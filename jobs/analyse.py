#!/usr/bin/env python3
"""Quality and bases by position in the read: an HDF5 file of parfastq to a table.

    analyse.py READS.h5 TABLE.tsv

For each mate and position: how many reads are that long, their mean quality, and the percentages of G and
C and of N. Rows are read a block at a time, so a file may be larger than memory.
"""

import os
import sys

import h5py
import numpy as np

BLOCK_ROWS = 1 << 18


def count_mate(mate):
    """Arrays by position: reads, sum of qualities, bases G or C, bases N."""
    totals = np.zeros((4, int(mate.attrs["max_length"])), dtype=np.int64)
    rows = int(mate.attrs["records"])
    for begin in range(0, rows, BLOCK_ROWS):
        offset = mate["offset"][begin:min(begin + BLOCK_ROWS, rows) + 1].astype(np.int64)
        stretch = slice(offset[0], offset[-1])
        quality = mate["quality"][stretch]
        base = mate["sequence"][stretch] & 0xDF  # upper case
        position = np.arange(len(base)) - np.repeat(offset[:-1] - offset[0], np.diff(offset))
        weights = (None, quality, (base == ord("G")) | (base == ord("C")), base == ord("N"))
        for total, weight in zip(totals, weights):
            total += np.bincount(position, weight, minlength=len(total)).astype(np.int64)
    return totals


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n\n")[1].strip())
    partial = f"{sys.argv[2]}.partial"
    with h5py.File(sys.argv[1]) as file, open(partial, "w") as table:
        print("mate", "position", "reads", "mean_quality", "gc_percent", "n_percent", sep="\t", file=table)
        for number in range(1, int(file.attrs["mates"]) + 1):
            for place, (reads, quality, gc, n) in enumerate(count_mate(file[f"read{number}"]).T):
                print(number, place + 1, reads, f"{quality / reads:.2f}", f"{100 * gc / reads:.2f}",
                      f"{100 * n / reads:.2f}", sep="\t", file=table)
            print(f"read{number}: {int(file[f'read{number}'].attrs['records'])} reads")
    os.replace(partial, sys.argv[2])


if __name__ == "__main__":
    main()
