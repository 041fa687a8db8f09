"""The i-th read: one_read.py READS.h5 I"""
import sys
import h5py

with h5py.File(sys.argv[1]) as file:
    read, i = file["read1"], int(sys.argv[2])
    a, b = map(int, read["offset"][i:i + 2])
    first, last = map(int, read["name_offset"][i:i + 2])
    print(read["name"][first:last].tobytes().decode())
    print(read["sequence"][a:b].tobytes().decode())
    print(*read["quality"][a:b])
