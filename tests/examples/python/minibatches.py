"""Shuffled mini-batches, and how many reads a second: minibatches.py READS.h5 [torch]"""
import sys
import time
import numpy as np
from dataset import Reads

reads, rng, size, done = Reads(sys.argv[1]), np.random.default_rng(1), 256, 0
near = 8 * size  # stretches of 8 batches in any order, and the reads of a stretch in any order
starts = rng.permutation(np.arange(0, len(reads), near))
stretches = (s + rng.permutation(min(near, len(reads) - s)) for s in starts)
batches = [rows[i:i + size] for rows in stretches for i in range(0, len(rows), size)]
loader = map(reads.__getitems__, batches)
if sys.argv[2:] == ["torch"]:
    from torch.utils.data import DataLoader
    loader = DataLoader(reads, batch_sampler=batches, collate_fn=list)
begun = time.time()
for batch in loader:
    done += len(batch)
print(f"{done} reads, {done / (time.time() - begun):.0f} a second")
