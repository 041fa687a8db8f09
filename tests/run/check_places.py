#!/usr/bin/env python3
"""Claim: with --align, what ranks write begins at multiples of that size, at most an eighth of it
is lost to gaps, and datasets and stored chunks are what they are without; --hint reaches MPI-IO,
in reading and in writing, and what is no hint is refused.

    check_places.py PARFASTQ DATA_DIRECTORY MPIEXEC
"""
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "errors"))
import columns
import h5py
import many

ALIGN = 4096
RANKS = 3


def chunks(path):
    """(address, bytes) of all chunks, by dataset."""
    places = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset) and item.chunks:
            found = [item.id.get_chunk_info(i) for i in range(item.id.get_num_chunks())]
            places[name] = [(chunk.byte_offset, chunk.size) for chunk in found]

    with h5py.File(path) as file:
        file.visititems(take)
    return places


def hold(good, sentence):
    if not good:
        sys.exit(sentence)


def convert(machine, out, *words):
    ended = machine.convert(RANKS, ["convert", "-f", "-o", out, *words])
    hold(ended.code == 0, f"convert {words}: {ended}")
    return ended.err


def check_alignment(machine, directory, reads, compress):
    plain, aligned = directory / "plain.h5", directory / "aligned.h5"
    words = ["--compress", compress, "--slice-size", "2M", "-1", reads[0], "-2", reads[1]]
    convert(machine, plain, *words)
    convert(machine, aligned, "--align", ALIGN, *words)
    places = chunks(aligned)
    begins = {address for found in places.values() for address, _ in found}
    ends = {address + size for found in places.values() for address, size in found}
    runs = begins - ends  # where something begins that follows nothing
    starts = runs if compress == "fast" else begins  # chunks as they are go on without gaps
    hold(sum(address % ALIGN == 0 for address in starts) >= 2 * RANKS,  # two rounds
         f"{compress}: few of {sorted(starts)} are multiples of {ALIGN}")
    stored = sum(size for found in places.values() for _, size in found)
    last = max(ends)
    hold(last <= (stored + ALIGN) * 9 // 8, f"{compress}: {last} bytes for {stored}")
    hold(columns.stored_chunks(plain) == columns.stored_chunks(aligned),
         f"{compress}: the stored chunks differ")
    hold(columns.everything(plain) == columns.everything(aligned), f"{compress}: datasets differ")


def check_hints(machine, directory, reads):
    out, text = directory / "hinted.h5", directory / "hinted.fq"
    said = convert(machine, out, "--verbose", "--hint", "cb_buffer_size=1048576", reads[0])
    hold("hint cb_buffer_size=1048576: taken as 1048576\n" in said, said)
    ended = machine.convert(RANKS, ["export", "--verbose", "--hint", "cb_nodes=1", "-o", text, out])
    hold(ended.code == 0 and "hint cb_nodes=1: taken as 1\n" in ended.err, str(ended))
    hold(text.read_bytes() == reads[0].read_bytes(), "the text is another")
    ended = machine.convert(0, ["validate", "--verbose", "--hint", "a=b", reads[0]])
    hold("hint a=b: no file was opened through MPI-IO\n" in ended.err, str(ended))
    for words, sentence in ((["--hint", "a"], "option '--hint': 'a' is not KEY=VALUE"),
                            (["--hint", "k" * 5000 + "=1"], "is too long: MPI takes")):
        ended = machine.convert(RANKS, ["validate", *words, reads[0]])
        hold(ended.code == 2 and sentence in ended.err, f"{words[1][:9]}: {ended}")


def main():
    command, data, mpiexec = sys.argv[1:]
    machine = many.Machine(mpiexec, command)
    with tempfile.TemporaryDirectory() as directory:
        reads = [Path(directory) / f"R{mate}.fastq" for mate in (1, 2)]
        for mate, path in enumerate(reads, 1):  # every rank needs some chunks
            path.write_bytes((Path(data) / f"sample_R{mate}.fastq").read_bytes() * 8)
        for compress in ("fast", "none"):
            check_alignment(machine, Path(directory), reads, compress)
        check_hints(machine, Path(directory), reads)


if __name__ == "__main__":
    main()
