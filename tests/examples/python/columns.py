"""Whole columns as arrays: columns.py READS.h5"""
import sys
import h5py
import numpy as np

with h5py.File(sys.argv[1]) as file:
    read = file["read1"]
    sequence, quality = read["sequence"][:], read["quality"][:]
    lengths = np.diff(read["offset"][:].astype(np.int64))

print(f"{len(lengths)} reads, {lengths.sum()} bases, mean quality {quality.mean():.2f}, "
      f"GC {np.isin(sequence, list(b'GCgc')).mean():.3f}")
