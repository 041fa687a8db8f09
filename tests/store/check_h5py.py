"""Claim: a file of the store opens in h5py, and its datasets and attributes are what the schema says.

Usage: check_h5py.py FILE RANKS ROUNDS MATES STYLES COMPRESSION. The file was made by leave_file.c; the rows are computed
here once more, independently of the C code, from the rules in rows.h.
"""
import sys

import h5py
import numpy as np

WORD = 0xFFFFFFFF
SCALE = 200


def mix(mate, row, salt):
    value = (row * 2654435761 + mate * 40503 + salt * 2246822519) & WORD
    value ^= value >> 15
    return ((value * 2246822519) & WORD) ^ (value >> 13)


def rows_of_rank(round_, rank):
    return mix(round_ + 1, rank, 5) % 5 * SCALE


def make_record(mate, row, odd):
    length = (0 if row % 17 == 3 else mix(mate, row, 1) % 60) if odd else 50
    bases = bytes(b"ACGTN"[(mix(mate, row, 2) + i * i) % 5] for i in range(length))
    quality = [((mix(mate, row, 3) + 7 * i) & WORD) % 63 for i in range(length)]
    name = "" if row % 29 == 5 else f"run:{row}:{mix(mate, row, 4) % 100000}/{mate}"
    return bases, quality, name.encode()


def make_style(row, rows, odd):
    if not odd:
        return 0
    newline = 32 if row + 1 == rows else 0
    return newline + {5: 0, 6: 1}.get(row % 13, 15 + 16)


def expect(what, got, want):
    if got != want:
        sys.exit(f"{what} is {got!r}, not {want!r}")


def expect_array(what, got, want, dtype):
    expect(what + " type", got.dtype, np.dtype(dtype))
    expect(what + " shape", got.shape, (len(want),))
    expect(what + " equal", bool(np.array_equal(got, np.array(want, dtype))), True)


def check_layout(dataset):
    level = {"none": None, "fast": 1, "gzip": 6}[sys.argv[6]]
    expect(dataset.name + " compression", dataset.compression, level and "gzip")
    expect(dataset.name + " level", dataset.compression_opts, level)
    expect(dataset.name + " shuffle", dataset.shuffle, bool(level) and dataset.dtype.itemsize > 1)
    expect(dataset.name + " unlimited", dataset.maxshape, (None,))
    expect(dataset.name + " is chunked", dataset.chunks is not None, True)
    for name in ("unit", "description"):
        expect(f"type of {name}", type(dataset.attrs[name]), str)
        expect(f"{name} is there", dataset.attrs[name] != "", True)


def check_mate(file, mate, ranks, rounds, odd):
    group = file[f"read{mate}"]
    rows = sum(rows_of_rank(k, r) for k in range(rounds) for r in range(ranks))
    records = [make_record(mate, row, odd) for row in range(rows)]
    styles = [make_style(row, rows, odd) for row in range(rows)]
    lengths = [len(bases) for bases, _, _ in records]
    base = styles[0] & 31 if rows else 0
    others = [row for row in range(rows) if styles[row] != base]

    expect_array("sequence", group["sequence"][:], list(b"".join(r[0] for r in records)), "<u1")
    expect_array("quality", group["quality"][:], [q for r in records for q in r[1]], "<u1")
    expect_array("offset", group["offset"][:], [0, *np.cumsum(lengths)], "<u8")
    expect_array("name", group["name"][:], list(b"".join(r[2] for r in records)), "<u1")
    expect_array("name_offset", group["name_offset"][:],
                 [0, *np.cumsum([len(r[2]) for r in records])], "<u8")
    expect_array("text/row", group["text/row"][:], others, "<u8")
    expect_array("text/style", group["text/style"][:], [styles[row] for row in others], "<u1")
    tails = [b"\n\r\n" + b"\n" * (k % 3) for k in range(rounds) for r in range(ranks)
             if odd and (k + r + mate) % 2]
    expect_array("text/tail", group["text/tail"][:], list(b"".join(tails)), "<u1")

    same = len(set(lengths)) == 1
    wanted = {
        "records": rows, "bases": sum(lengths), "style": base,
        "min_length": min(lengths, default=0), "max_length": max(lengths, default=0),
        "fixed_length": lengths[0] if same else 0, "quality_encoding": "sanger",
        "columns": "sequence,quality,name",
        "line_ending": "CRLF" if base & 15 else "LF", "plus_line": "name" if base & 16 else "bare",
    }
    for name, value in wanted.items():
        expect(f"read{mate} attribute {name}", group.attrs[name], value)
    expect("attributes of the group", set(group.attrs), set(wanted))
    expect("text_offset", group["quality"].attrs["text_offset"], 33)
    expect("datasets", set(group), {"sequence", "quality", "offset", "name", "name_offset", "text"})
    group.visititems(lambda _, item: check_layout(item) if isinstance(item, h5py.Dataset) else None)
    return rows


def check_root(file, mates):
    wanted = {"format": "parfastq", "format_version": 1, "software": "parfastq", "mates": mates,
              "layout": "single" if mates == 1 else "paired",
              "command": "parfastq convert -o out.h5 reads.fastq"}
    for name, value in wanted.items():
        expect(f"attribute {name}", file.attrs[name], value)
    expect("root attributes", set(file.attrs), set(wanted) | {"software_version", "created"})
    expect("created", file.attrs["created"], "2001-09-09T01:46:40Z")


def check_provenance(file, mates, rows):
    table = file["provenance"][:]
    expect("files", len(table), 2 * mates)
    for i, row in enumerate(table):
        lane = i % 2
        wanted = (f"lane{lane + 1}/reads_R{i // 2 + 1}.fastq".encode(), b"none", i // 2 + 1, 1000 + i,
                  i - 5, rows // 2 if lane else 0, rows - rows // 2 if lane else rows // 2, i)
        expect(f"provenance row {i}", tuple(x.item() if hasattr(x, "item") else x for x in row), wanted)
    expect("members", table.dtype.names, ("path", "compression", "mate", "bytes", "modified",
                                          "first_row", "records", "tail_bytes"))


def main():
    path, ranks, rounds, mates, odd = sys.argv[1], *map(int, sys.argv[2:6])
    with h5py.File(path, "r") as file:
        check_root(file, mates)
        rows = [check_mate(file, mate, ranks, rounds, odd) for mate in range(1, mates + 1)]
        check_provenance(file, mates, rows[0])


main()
