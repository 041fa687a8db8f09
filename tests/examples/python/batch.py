"""Rows A to B - 1, read at once: batch.py READS.h5 A B"""
import sys
import h5py
import numpy as np

with h5py.File(sys.argv[1]) as file:
    read, first, end = file["read1"], int(sys.argv[2]), int(sys.argv[3])
    offset = read["offset"][first:end + 1].astype(np.int64)
    quality = read["quality"][offset[0]:offset[-1]].astype(np.int64)
    sequence = read["sequence"][offset[0]:offset[-1]].tobytes().decode()

offset -= offset[0]
sums = np.diff(np.concatenate([[0], quality.cumsum()])[offset])
for i in range(end - first):
    bases = sequence[offset[i]:offset[i + 1]]
    print(first + i, len(bases), round(sums[i] / max(len(bases), 1), 2), bases[:20])
