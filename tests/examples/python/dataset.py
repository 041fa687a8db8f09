"""What torch.utils.data.DataLoader takes: dataset.Reads(READS.h5). It needs no torch itself."""
import h5py
import numpy as np
class Reads:
    def __init__(self, path, mate=1):
        self.read = h5py.File(path)[f"read{mate}"]
        self.offset = self.read["offset"][:].astype(np.int64)

    def __len__(self):
        return len(self.offset) - 1

    def __getitem__(self, i):  # bases, as characters, and qualities
        a, b = self.offset[i:i + 2]
        return self.read["sequence"][a:b], self.read["quality"][a:b]
    def __getitems__(self, rows):  # a whole mini-batch; rows near each other are read together
        if max(rows) - min(rows) > 16 * len(rows):
            return [self[i] for i in rows]
        a, b = self.offset[min(rows)], self.offset[max(rows) + 1]
        columns = self.read["sequence"][a:b], self.read["quality"][a:b]
        return [[c[self.offset[i] - a:self.offset[i + 1] - a] for c in columns] for i in rows]
