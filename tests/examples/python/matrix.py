"""Reads of one length as an (N, L) matrix of qualities: matrix.py READS.h5"""
import sys
import h5py

with h5py.File(sys.argv[1]) as file:
    read = file["read1"]
    length = int(read.attrs["fixed_length"])  # 0: lengths differ
    if length == 0:
        sys.exit("the reads have different lengths")
    quality = read["quality"][:].reshape(-1, length)

print("matrix", *quality.shape)
print("mean quality by position", *quality.mean(axis=0).round(1))
