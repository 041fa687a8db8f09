"""A pandas table, one row for each read: table.py READS.h5"""
import sys
import h5py
import numpy as np
import pandas as pd

with h5py.File(sys.argv[1]) as file:
    read = file["read1"]
    offset = read["offset"][:].astype(np.int64)
    name_offset = read["name_offset"][:].astype(np.int64)
    names, quality = read["name"][:].tobytes().decode(), read["quality"][:].astype(np.int64)

length = np.diff(offset)
sums = np.diff(np.concatenate([[0], quality.cumsum()])[offset])
table = pd.DataFrame({"name": [names[a:b] for a, b in zip(name_offset, name_offset[1:])],
                      "length": length, "mean_quality": sums / np.maximum(length, 1)})
print(len(table), "rows")
print(table.describe())
