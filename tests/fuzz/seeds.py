#!/usr/bin/env python3
"""Makes the seeds that are not in tests/data: small HDF5 files, gzip files, command lines, and the
dictionary of all options.

    seeds.py [--command PARFASTQ] [--hdf5] DIRECTORY

DIRECTORY/hdf5, made by convert (with h5py also as others might store them), DIRECTORY/gzip and
DIRECTORY/options are the seeds; DIRECTORY/options.dict is made of what --help lists.
"""

import argparse
import gzip
import re
import subprocess
import sys
import zlib
from pathlib import Path

READS = (b"@r1\nACGT\n+\nIIII\n@r2/1\r\nGG\r\n+\r\n##\r\n@r3 x\nACGTN\n+r3 x\nIIIII\n"
         b"@r4\n\n+\n\n\n\r\n")
MATES = READS.replace(b"ACGT", b"TTTT").replace(b"/1", b"/2")
PLAIN = b"".join(b"@q%d\nACGTNA\n+\n!!##I~\n" % i for i in range(20))

# Name, options of convert.
FORMS = [
    ("fast", "-1 reads.fastq -2 mates.fastq"),
    ("checksum", "--checksum reads.fastq"),
    ("gzip", "--compress gzip:9 --qc plain.fastq"),
    ("zstd", "--compress zstd reads.fastq"),
    ("index", "--index-names reads.fastq"),
    ("forms", "--bases code --quality bin8 --columns quality,sequence plain.fastq"),
    ("filtered", "--min-length 3 --columns name,quality plain.fastq"),
]

# Number of the command's bit (cli/options.h), words.
LINES = [
    (0, "-o OUT.h5 -1 a.fastq -2 b.fastq --slice-size 64k --chunk-size=1M -t 4 --force"),
    (0, "--compress gzip:9 --columns name,sequence --bases code --quality bin8 -qo x.h5 - --"),
    (0, "--min-length 50 --max-n 0 --sample 0.1 --seed 7 --trim-quality 20 --head 10 in.fq -o x"),
    (1, "--max-errors 5 --quality-encoding illumina1.3 --on-error skip --no-name-check a b c"),
    (2, "IN.h5 -o OUT.fastq.gz --rows 10:20 --mate 2 --level 12 --fasta"),
    (2, "IN.h5 -o OUT --rows :5 --rows 7: --progress --no-progress"),
    (3, "--slice-size 18446744073709551615 -t 0 reads"),
    (4, "-h"),
    (5, "--verbose --pin"),
    (6, "--man --completion"),
    (7, "--version -h --vrebose"),
    (8, "--json F --html=G --fastqc D --tsv in.h5"),
    (9, "IN.h5 r1 r2 --names-file f -- -r3"),
    (10, "-o a -O b --trim-adapters --adapter ACGT -1 x -2 y --interleaved"),
]


def bgzf(text):
    body = zlib.compressobj(6, zlib.DEFLATED, -15)
    data = body.compress(text) + body.flush()
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0"
    size = len(head) + 2 + len(data) + 8
    return (head + (size - 1).to_bytes(2, "little") + data +
            zlib.crc32(text).to_bytes(4, "little") + len(text).to_bytes(4, "little"))


def make_gzip(directory):
    files = {f"level{level}.gz": gzip.compress(PLAIN, level, mtime=0) for level in (0, 1, 6, 9)}
    files["members.gz"] = gzip.compress(READS, mtime=0) + gzip.compress(PLAIN, mtime=0)
    files["bgzf.gz"] = bgzf(READS) + bgzf(PLAIN) + bgzf(b"")
    files["zeros.gz"] = gzip.compress(READS, mtime=0) + bytes(40)
    files["cut.gz"] = gzip.compress(PLAIN, mtime=0)[:-11]
    flushed = zlib.compressobj(6, zlib.DEFLATED, 31)
    files["flushed.gz"] = (flushed.compress(PLAIN) + flushed.flush(zlib.Z_FULL_FLUSH) +
                           flushed.compress(READS) + flushed.flush())
    fixed = zlib.compressobj(6, zlib.DEFLATED, 31, 8, zlib.Z_FIXED)
    files["fixed.gz"] = fixed.compress(PLAIN) + fixed.flush()
    for name, data in files.items():
        (directory / name).write_bytes(data)


def make_options(directory):
    for i, (bit, line) in enumerate(LINES):
        words = "\n".join(line.split(" ")).encode()
        (directory / f"line{i:02}").write_bytes(words + bytes([0, bit]))


def make_dictionary(command, path):
    words = set()
    text = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"^  parfastq ([a-z]+)", text, re.M):
        shown = subprocess.run([command, name, "--help"], capture_output=True, text=True, check=True)
        words |= set(re.findall(r"(--?[a-z0-9][a-z0-9-]*)", shown.stdout))
        words |= set(re.findall(r"\b(auto|sanger|solexa|illumina1\.3|stop|skip|serial|parallel|"
                                r"direct|gather|none|fast|gzip|zstd|sequence|quality|name|ascii|"
                                r"code|raw|bin8)\b", shown.stdout))
    words |= {"=", ":", ",", "0.1", "-", "--", "64k", "1M", "2G", "18446744073709551615", "10:20"}
    path.write_text("".join(f'"{word}"\n' for word in sorted(words)))


def make_foreign(path):
    """As others might store it: contiguous, big-endian, with filters and chunks of their choice; and in
    HDF5's newest format, with so many attributes and links that they are in heaps."""
    import h5py
    import numpy

    def copy(source, target):
        for key, value in source.attrs.items():
            target.attrs[key] = value
        for name, item in source.items():
            if isinstance(item, h5py.Group):
                copy(item, target.create_group(name))
                continue
            kind = item.dtype
            ways = {"sequence": {"chunks": (5,), "compression": "gzip", "shuffle": True},
                    "offset": {"chunks": (3,)}, "name": {"chunks": (7,), "fletcher32": True}}
            if name == "name_offset":
                kind = numpy.dtype(">u8")
            made = target.create_dataset(name, data=item[:].astype(kind) if kind.names is None
                                         else item[:], **ways.get(name, {}))
            for key, value in item.attrs.items():
                made.attrs[key] = value

    with h5py.File(path) as source, h5py.File(path.with_name("foreign.h5"), "w") as target:
        copy(source, target)
    with h5py.File(path) as source, h5py.File(path.with_name("heaps.h5"), "w", libver="latest",
                                              track_order=True) as target:
        copy(source, target)
        for i in range(30):
            target.attrs[f"k{i}"] = f"text {i}" if i % 3 else numpy.arange(i % 7)
            target.create_group(f"group{i}")


def make_hdf5(command, directory):
    for name, text in (("reads", READS), ("mates", MATES), ("plain", PLAIN)):
        (directory.parent / f"{name}.fastq").write_bytes(text)
    for name, options in FORMS:
        subprocess.run([command, "convert", "-qf", "-o", directory / f"{name}.h5",
                        *options.split(" ")], check=True, cwd=directory.parent)
    try:
        make_foreign(directory / "fast.h5")
    except ImportError:
        print("no h5py: one seed less")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", required=True)
    parser.add_argument("--hdf5", action="store_true", help="the command writes HDF5")
    parser.add_argument("directory", type=Path)
    arguments = parser.parse_args()
    for kind in ("gzip", "options", *(["hdf5"] if arguments.hdf5 else [])):
        (arguments.directory / kind).mkdir(parents=True, exist_ok=True)
    make_gzip(arguments.directory / "gzip")
    make_options(arguments.directory / "options")
    make_dictionary(arguments.command, arguments.directory / "options.dict")
    if arguments.hdf5:
        make_hdf5(str(Path(arguments.command).resolve()), (arguments.directory / "hdf5").resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
