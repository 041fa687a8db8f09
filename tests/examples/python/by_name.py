"""The rows of a name, by the index of `convert --index-names`: by_name.py READS.h5 NAME"""
import sys
import h5py
import numpy as np


def name_hash(name):  # FNV-1a of 64 bits, then the finaliser of MurmurHash3
    h = 0xcbf29ce484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001b3 % 2**64
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        h = (h ^ h >> 33) * factor % 2**64
    return h ^ h >> 33


with h5py.File(sys.argv[1]) as file:
    index, wanted = file["read1/index"], np.uint64(name_hash(sys.argv[2]))
    first, end = (np.searchsorted(index["name_hash"][:], wanted, side) for side in ("left", "right"))
    print(*index["name_row"][first:end])
