#!/usr/bin/env python3
"""Files that lie are refused in a sentence, in little time and little memory.

    test_hostile_hdf5.py --mpiexec MPIRUN --command PARFASTQ

Files are made by hand with h5py: extents that no file could hold, links that lead in circles or out
of the file, chunks that hold less or more than they should; and by cutting a small file, and by
changing its bytes one by one. Every command that reads HDF5 meets them with a limit on its address
space; under PFQ_LONG all commands meet all files, and every byte is changed.
"""

import argparse
import itertools
import os
import random
import re
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import h5py
import many
import numpy
from lookup3 import lookup3
from wrong import conclude

SECONDS = 30
LIMIT_KIB = 1 << 20  # of address space, for each rank
LONG = bool(os.environ.get("PFQ_LONG"))
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0", "UBSAN_OPTIONS": "exitcode=99",
              "OMP_NUM_THREADS": "2"}
SECRET = b"@secret: what another file holds, for nobody to see\n"

COMMANDS = {
    "export": "export -qf -o out.fastq {}",
    "info": "info {}",
    "stats": "stats -q {}",
    "validate": "validate -q {}",
    "get": "get -q {} --rows 0:3",
    "find": "get -q {} r1",
}
REFUSED = (1, 2, 3)  # the file is bad, or lacks what was asked for, or the machine does


def huge(name, length, **ways):
    """A dataset of such a length, of which nothing is stored."""
    def change(file):
        old = file[name]
        attributes, kind = dict(old.attrs), old.dtype
        del file[name]
        made = file.create_dataset(name, shape=(length,), maxshape=(None,), dtype=kind,
                                   chunks=ways.get("chunks", (1 << 16,)),
                                   compression=ways.get("compression"))
        for key, value in attributes.items():
            made.attrs[key] = value
    return change


def together(*changes):
    def change(file):
        for one in changes:
            one(file)
    return change


def replaced(name, **ways):
    """The same dataset, made otherwise."""
    def change(file):
        old = file[name]
        attributes, data = dict(old.attrs), old[:]
        del file[name]
        made = file.create_dataset(name, **{"data": data, **ways})
        for key, value in attributes.items():
            made.attrs[key] = value
    return change


def as_type(kind):
    def of(name):
        def change(file):
            replaced(name, data=file[name][:].astype(kind))(file)
        return change
    return of


def put(name, at, value):
    def change(file):
        file[name][at] = value
    return change


def put_attribute(name, key, value):
    def change(file):
        file[name].attrs[key] = value
    return change


def without_attribute(name, key):
    def change(file):
        del file[name].attrs[key]
    return change


def link(name, made):
    def change(file):
        del file[name]
        file[name] = made
    return change


def one_long_row(length, name_bytes=None, **ways):
    """A single read of so many bases, of which nothing is stored; and of so long a name."""
    def change(file):
        for key, value in (("records", 1), ("bases", length), ("min_length", length),
                           ("max_length", length), ("fixed_length", length)):
            file["read1"].attrs[key] = numpy.uint64(value)
        names = name_bytes or int(file["read1/name_offset"][1])
        replaced("read1/offset", data=numpy.array([0, length], "u8"))(file)
        replaced("read1/name_offset", data=numpy.array([0, names], "u8"))(file)
        if name_bytes:
            huge("read1/name", names, **ways)(file)
        else:
            replaced("read1/name", data=file["read1/name"][:names])(file)
        for name in ("read1/sequence", "read1/quality"):
            huge(name, length, **ways)(file)
    return change


def chunk(name, stored, mask=0):
    """The first chunk of a dataset, stored as these bytes."""
    def change(file):
        file[name].id.write_direct_chunk((0,), stored, filter_mask=mask)
    return change


def elsewhere(file):
    """Bases that lie in another file."""
    n = len(file["read1/sequence"])
    attributes = dict(file["read1/sequence"].attrs)
    del file["read1/sequence"]
    made = file.create_dataset("read1/sequence", shape=(n,), dtype="u1",
                               external=[("secret", 0, n)])
    for key, value in attributes.items():
        made.attrs[key] = value


def virtual(file):
    n = len(file["read1/sequence"])
    attributes = dict(file["read1/sequence"].attrs)
    del file["read1/sequence"]
    layout = h5py.VirtualLayout(shape=(n,), dtype="u1")
    layout[:] = h5py.VirtualSource("other.h5", "read1/sequence", shape=(n,))
    made = file.create_virtual_dataset("read1/sequence", layout)
    for key, value in attributes.items():
        made.attrs[key] = value


def many_origins(file):
    kind = file["provenance"].dtype
    del file["provenance"]
    file.create_dataset("provenance", shape=(1 << 45,), maxshape=(None,), dtype=kind,
                        chunks=(16,))


def circle_of_groups(file):
    del file["read1/sequence"]
    file["read1/sequence"] = file["/"]


def foreign_short_chunk(file):
    """Filters in an order of their own, behind which a chunk is shorter than it says."""
    n = len(file["read1/sequence"])
    attributes = dict(file["read1/sequence"].attrs)
    del file["read1/sequence"]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((1 << 22,))
    properties.set_deflate(6)
    properties.set_deflate(6)
    space = h5py.h5s.create_simple((n,), (h5py.h5s.UNLIMITED,))
    made = h5py.h5d.create(file["read1"].id, b"sequence", h5py.h5t.NATIVE_UINT8, space, properties)
    made.write_direct_chunk((0,), zlib.compress(zlib.compress(b"ACGT")))
    for key, value in attributes.items():
        file["read1/sequence"].attrs[key] = value


def foreign_chunks(file):
    """The same, with chunks as large as HDF5 has them."""
    replaced("read1/sequence", chunks=((1 << 32) - 1,), maxshape=(None,), compression="gzip",
             shuffle=True, fletcher32=True)(file)


BOMB = zlib.compress(bytes(1 << 28), 9)
FILTERED = 1 << 18  # elements of a chunk of bytes

# What is wrong, how, and which commands must refuse it ("": whatever they like, but in order).
ALL = " ".join(COMMANDS)
HOSTILE = [
    ("a row of 2^63 bases", one_long_row((1 << 63) - 1), ALL),
    ("a row whose columns together wrap", one_long_row((1 << 62), (1 << 63) - 1), ALL),
    ("a row of 2^62 bases in gzip", one_long_row(1 << 62, compression="gzip"), ALL),
    ("a row of 2^40 bases", one_long_row(1 << 40), ALL),
    ("a row of 2^33 bases in gzip", one_long_row(1 << 33, compression="gzip"), ALL),
    ("2^61 offsets", huge("read1/offset", 1 << 61), ALL),
    ("2^60 of all rows", together(huge("read1/offset", (1 << 60) + 1),
                                  huge("read1/name_offset", (1 << 60) + 1),
                                  put_attribute("read1", "records", 1 << 60)), ALL),
    ("2^45 origins", many_origins, ALL),
    ("2^50 exceptions", together(huge("read1/text/row", 1 << 50),
                                 huge("read1/text/style", 1 << 50)), ALL),
    ("2^50 blank lines", huge("read1/text/tail", 1 << 50), ALL),
    ("chunks of 4 GiB", foreign_chunks, ""),
    ("chunks of 2 GiB, not filtered", huge("read1/sequence", 100, chunks=(1 << 31,)), ""),
    ("no bases", lambda file: file.__delitem__("read1/sequence"), ALL),
    ("no offsets", lambda file: file.__delitem__("read1/offset"), ALL),
    ("no mate", lambda file: file.__delitem__("read1"), ALL),
    ("no origins", lambda file: file.__delitem__("provenance"), ALL),
    ("no exceptions", lambda file: file.__delitem__("read1/text"), ALL),
    ("a group for bases", together(lambda file: file.__delitem__("read1/sequence"),
                                   lambda file: file.create_group("read1/sequence")), ALL),
    ("a dataset for a mate", link("read1", numpy.arange(4)), ALL),
    *((f"offsets of {kind}", as_type(kind)("read1/offset"), ALL)
      for kind in ("f8", "i8", "u4", "u1")),
    ("bases of u8", as_type("u8")("read1/sequence"), ALL),
    ("bases as text", replaced("read1/sequence", data=b"ACGT"), ALL),
    ("a scalar for bases", replaced("read1/sequence", data=numpy.uint8(65)), ALL),
    ("a matrix of bases", replaced("read1/sequence", data=numpy.full((4, 5), 65, "u1")), ALL),
    ("no space for bases", replaced("read1/sequence", data=h5py.Empty("u1")), ALL),
    ("origins of numbers", replaced("provenance", data=numpy.arange(3)), ALL),
    ("links in a circle", together(link("read1/sequence", h5py.SoftLink("/read1/quality")),
                                   link("read1/quality", h5py.SoftLink("/read1/sequence"))), ALL),
    ("a link to itself", link("read1", h5py.SoftLink("/read1")), ALL),
    ("a link to nowhere", link("read1/name", h5py.SoftLink("/nowhere")), ALL),
    ("groups in a circle", circle_of_groups, ALL),
    ("a mate in another file", link("read1", h5py.ExternalLink("other.h5", "/read1")), ALL),
    ("bases in another file", link("read1/sequence",
                                   h5py.ExternalLink("other.h5", "/read1/sequence")), ALL),
    ("origins in another file", link("provenance",
                                     h5py.ExternalLink("other.h5", "/provenance")), ALL),
    ("bases in any file", elsewhere, ALL),
    ("virtual bases", virtual, ALL),
    ("a chunk too short", chunk("read1/sequence", zlib.compress(b"ACGT")), "export stats validate"),
    ("a chunk that is a bomb", chunk("read1/sequence", BOMB), "export stats validate"),
    ("a chunk of nothing", chunk("read1/sequence", b"\0"), "export stats validate"),
    ("a chunk without its filter, too short", chunk("read1/sequence", b"ACGT", 1),
     "export stats validate"),
    ("offsets without their filters, too short", chunk("read1/offset", bytes(24), 3), ALL),
    ("a chunk behind foreign filters, too short", foreign_short_chunk, ""),
    ("a version from afar", put_attribute("/", "format_version", numpy.uint64(1 << 63)), ALL),
    ("a negative version", put_attribute("/", "format_version", -1), ALL),
    ("a hundred mates", put_attribute("/", "mates", 100), ALL),
    ("two mates for one", put_attribute("/", "mates", 2), ALL),
    ("records as a list", put_attribute("read1", "records", numpy.arange(9)), ALL),
    ("records as text", put_attribute("read1", "records", "many"), ALL),
    ("records as a fraction", put_attribute("read1", "records", 8.5), ALL),
    ("no records", without_attribute("read1", "records"), ALL),
    ("a style of its own", put_attribute("read1", "style", numpy.uint64(1 << 40)), ALL),
    ("a fixed length that wraps", put_attribute("read1", "fixed_length",
                                                numpy.uint64((1 << 63) + 5)), ALL),
    ("an encoding as long as a page", put_attribute("read1", "quality_encoding", "x" * 60000), ALL),
    ("a layout of fixed size", put_attribute("/", "layout", numpy.bytes_(b"y" * 60000)), ""),
    ("a command as long as a page", put_attribute("/", "command", "z" * 60000), ""),
    ("an offset that wraps", put("read1/offset", 3, (1 << 64) - 1), "export stats validate"),
    ("a name's offset that wraps", put("read1/name_offset", 1, (1 << 64) - 8),
     "export stats validate get"),
    ("an exception that wraps", put("read1/text/row", 0, (1 << 64) - 1), "validate"),
]


def reads(n=8):
    """Of which one was written with CR LF, and blank lines behind them."""
    text = b""
    for i in range(n):
        end = b"\r\n" if i == 2 else b"\n"
        text += end.join((b"@r%d" % i, b"ACGTN"[:i % 6], b"+", b"IIIII"[:i % 6], b""))
    return text + b"\n\n"


class Bench:
    def __init__(self, machine, directory):
        self.machine, self.directory = machine, Path(directory)
        self.wrong, self.runs, self.codes = [], 0, {}
        sanitized = b"__asan_init" in Path(machine.command).read_bytes()
        limit = [] if sanitized else ["sh", "-c", f'ulimit -v {LIMIT_KIB} && exec "$@"', "sh"]
        self.limit = limit

    def run(self, ranks, line, name):
        self.runs += 1
        launch = [self.machine.mpiexec, "-n", ranks] if ranks else []
        words = [word.format(name) for word in line.split(" ")]
        ended = many.run([*self.limit, *launch, self.machine.command, *words], SECONDS,
                         self.directory, SANITIZERS)
        self.codes[ended.code] = self.codes.get(ended.code, 0) + 1
        return ended

    def meet(self, claim, ranks, command, name, refused):
        """One command meets one file."""
        ended = self.run(ranks, COMMANDS[command], name)
        lines = many.said(ended)
        expected = REFUSED if refused else (0, *REFUSED)
        good = (ended.code in expected and "Sanitizer" not in ended.err and
                "runtime error" not in ended.err and SECRET[1:20].decode() not in ended.out and
                (ended.code == 0 or any(line.startswith("parfastq: ") for line in lines)))
        out = self.directory / "out.fastq"
        left_behind = ended.code and out.exists()
        out.unlink(missing_ok=True)
        if not good or left_behind:
            self.wrong.append(f"{claim}: {command} ({ranks}): code {ended.code}, {lines[:3]}")


def check_hand_made(bench, base):
    turn = itertools.cycle(COMMANDS)
    for i, (claim, change, refused) in enumerate(HOSTILE):
        path = bench.directory / "hostile.h5"
        shutil.copy(base, path)
        with h5py.File(path, "r+") as file:
            change(file)
        first = "export" if i % 2 else next(turn)
        commands = COMMANDS if LONG else dict.fromkeys((first, next(turn)))
        for command in commands:
            bench.meet(claim, 0, command, path.name, command in refused.split())
        if LONG or i % 12 == 0:
            command = "stats" if i % 2 else "export"
            for ranks in (1, 3):
                bench.meet(claim, ranks, command, path.name, command in refused.split())


def check_odd(bench, base):
    """Files that nobody would make, but that do not lie: chunks to which some of their filters were
    not applied."""
    def stored(file, name, mask):
        data = file[name]
        whole = numpy.zeros(data.chunks[0], data.dtype)
        whole[:len(data)] = data[:]
        raw = whole.tobytes()
        if data.shuffle and not mask & 1:
            raw = whole.view("u1").reshape(-1, data.dtype.itemsize).T.tobytes()
        if not mask & 1 << int(data.shuffle):
            raw = zlib.compress(raw)
        data.id.write_direct_chunk((0,), raw, filter_mask=mask)

    for name, mask in (("sequence", 1), ("offset", 1), ("offset", 2), ("name_offset", 3)):
        path = bench.directory / "odd.h5"
        shutil.copy(base, path)
        with h5py.File(path, "r+") as file:
            stored(file, f"read1/{name}", mask)
        ended = bench.run(0, COMMANDS["export"], path.name)
        out = bench.directory / "out.fastq"
        if ended.code != 0 or out.read_bytes() != reads():
            bench.wrong.append(f"{name} with mask {mask}: code {ended.code}, {many.said(ended)[:3]}")
        out.unlink(missing_ok=True)


class Attribute:
    """The message of an attribute in the bytes of a file, as version 1 of object headers has it."""

    def __init__(self, data, name):
        self.data = data
        self.at = data.index(name + b"\0") - 8
        assert data[self.at] == 1 and data.count(name + b"\0") == 1
        sizes = struct.unpack_from("<3H", data, self.at + 2)
        self.type = self.at + 8 + self.padded(sizes[0])
        self.space = self.type + self.padded(sizes[1])
        self.value = self.space + self.padded(sizes[2])

    @staticmethod
    def padded(size):
        return (size + 7) // 8 * 8

    def put(self, at, form, value):
        struct.pack_into(form, self.data, at, value)


def longer_text(data):
    one = Attribute(data, b"software_version")
    one.put(one.value, "<I", struct.unpack_from("<I", data, one.value)[0] + 1000)


def shorter_text(data):
    one = Attribute(data, b"software_version")
    one.put(one.value, "<I", 1)


def no_object(data):
    one = Attribute(data, b"software_version")
    one.put(one.value + 12, "<I", 60000)


def no_text_of_no_object(data):
    one = Attribute(data, b"software_version")
    one.put(one.value, "<I", 0)
    one.put(one.value + 12, "<I", 1 << 31)


def long_heap_without_end(data):
    at = data.index(b"GCOL")
    struct.pack_into("<Q", data, at + 8, len(data) - at - 64)


def no_heap(data):
    one = Attribute(data, b"software_version")
    one.put(one.value + 4, "<Q", len(data) // 2)


def longer_value(data):
    one = Attribute(data, b"format_version")
    one.put(one.type + 4, "<I", 1 << 20)


def more_values(data):
    one = Attribute(data, b"format_version")
    data[one.space:one.space + 16] = struct.pack("<BBBBIQ", 1, 1, 0, 0, 0, 1 << 20)


def name_without_end(data):
    one = Attribute(data, b"format_version")
    one.put(one.at + 2, "<H", len(b"format_version"))


def more_bits_than_bytes(data):
    one = Attribute(data, b"format_version")
    one.put(one.type + 10, "<H", 60000)


def member_without_end(data):
    at = data.index(b"tail_bytes\0", data.index(b"modified\0"))
    data[at:at + 16] = b"x" * 16


def narrow_addresses(data):
    data[13] = data[14] = 4


HEADERS = [
    longer_text, shorter_text, no_object, no_text_of_no_object, no_heap, long_heap_without_end,
    longer_value, more_values, name_without_end, more_bits_than_bytes, member_without_end, narrow_addresses,
]


def check_headers(bench, base):
    """Messages of object headers that do not fit together, which HDF5 1.10 itself does not notice."""
    for change in HEADERS:
        data = bytearray(base.read_bytes())
        change(data)
        (bench.directory / "header.h5").write_bytes(data)
        for command in COMMANDS if LONG else ("info", "export"):
            bench.meet(change.__name__, 0, command, "header.h5", True)


def check_foreign(bench, base):
    """Attributes of all kinds, in old and new headers, behind bytes of somebody else's: nothing wrong."""
    kinds = {
        "truth": True, "matrix": numpy.arange(6).reshape(2, 3), "nothing": h5py.Empty("f4"),
        "texts": ["a", "bcd", ""], "raw": numpy.void(b"12345"), "complex": 1 + 2j, "half": numpy.float16(2),
        "rows": numpy.array([(1, 2.5, b"x")], dtype=[("a", "i4"), ("b", "f8"), ("s", "S3")]),
        "long": numpy.longdouble(1.5), "page": "x" * 60000,
    }
    for version in ("earliest", "latest"):
        path = bench.directory / "foreign.h5"
        with h5py.File(base) as old, h5py.File(path, "w", libver=version, userblock_size=512) as new:
            for name in old:
                old.copy(name, new)
            new.attrs.update(old.attrs)
            for where in (new, new["read1"], new["read1/sequence"]):
                for name, value in kinds.items():
                    if version == "latest" or name != "page":
                        where.attrs[name] = value
                where.attrs["pointer"] = where.ref
                where.attrs.create("lists", [numpy.arange(2), numpy.arange(3)], dtype=h5py.vlen_dtype("i2"))
                where.attrs.create("kind", 1, dtype=h5py.enum_dtype({"X": 1, "Y": 2}))
        ended = bench.run(0, COMMANDS["export"], path.name)
        out = bench.directory / "out.fastq"
        if ended.code != 0 or out.read_bytes() != reads():
            bench.wrong.append(f"attributes of strangers, {version}: code {ended.code}, {many.said(ended)[:3]}")
        out.unlink(missing_ok=True)
        for command in ("info", "stats", "validate"):  # which know HDF5 behind the bytes of somebody else
            ended = bench.run(0, COMMANDS[command], path.name)
            if ended.code:
                bench.wrong.append(f"{command} of strangers', {version}: code {ended.code}, {many.said(ended)[:3]}")


def copied(base, path, version, change):
    """The same file in an older or newer format, with a change."""
    with h5py.File(base) as old, h5py.File(path, "w", libver=version) as new:
        new.attrs.update(old.attrs)
        for name in old:
            old.copy(name, new)
        change(new)


def mended(place, data):
    """With the checksum made right of a place: the first byte, how many are summed up, and where the sum is."""
    at, n, sum_at = place
    data = bytearray(data)
    data[sum_at:sum_at + 4] = bytes(4)
    data[sum_at:sum_at + 4] = struct.pack("<I", lookup3(bytes(data[at:at + n])))
    return bytes(data)


class Dense:
    """A file whose root has its attributes in a heap, and the places there whose checksums are mended
    after a change."""

    HEADS = {b"FRHP": 142, b"BTHD": 34}
    BLOCK_SUM_AT, BLOCKS = 18, (512, 1024, 2048, 4096)

    def __init__(self, base, path, attributes):
        def add_attributes(new):
            for i in range(attributes):
                new.attrs[f"k{i}"] = f"text {i}" if i % 3 else numpy.arange(i % 7)
            self.length = len(new.attrs["command"].encode())

        copied(base, path, "latest", add_attributes)
        self.data, self.places = path.read_bytes(), []

    def find_places(self):
        for kind in (*self.HEADS, b"BTLF", b"BTIN", b"FHIB", b"FHDB"):
            at = self.data.find(kind)
            while at >= 0:
                self.places += filter(None, [self.place(kind, at)])
                at = self.data.find(kind, at + 1)

    def place(self, kind, at):
        lengths = [self.HEADS[kind]] if kind in self.HEADS else range(10, 1024)
        for n in self.BLOCKS if kind == b"FHDB" else lengths:
            place = (at, n, at + (self.BLOCK_SUM_AT if kind == b"FHDB" else n))
            if mended(place, self.data) == self.data:
                return place
        return None

    def block_of(self, at):
        return next(place for place in self.places if place[0] <= at < place[0] + place[1])


# What is wrong with an attribute, where in it (from its name, or from its value), and the number there.
DENSE = [
    ("longer text", "value", 0, 1 << 20), ("shorter text", "value", 0, 1), ("no object", "value", 12, 60000),
    ("no heap", "value", 4, 8), ("name without end", "name", -7, 7),
]


def check_dense(bench, base, rng):
    """The same where attributes are in heaps, and what leads there."""
    path = bench.directory / "dense.h5"
    for attributes in (2, 2000, 60):  # the last is changed
        dense = Dense(base, path, attributes)
        for command in ("info", "export"):
            ended = bench.run(0, COMMANDS[command], path.name)
            if ended.code:
                bench.wrong.append(f"{attributes} attributes: code {ended.code}, {many.said(ended)[:3]}")
    (bench.directory / "out.fastq").unlink(missing_ok=True)
    dense.find_places()
    kinds = {dense.data[at:at + 4] for at, _, _ in dense.places}
    assert kinds >= {b"FRHP", b"BTHD", b"BTLF", b"BTIN", b"FHIB", b"FHDB"}, kinds
    name = dense.data.index(b"command\0")
    value = dense.data.index(struct.pack("<I", dense.length), name)
    for claim, where, at, number in DENSE:
        data = bytearray(dense.data)
        place = (name if where == "name" else value) + at
        width = "<H" if where == "name" else "<I"
        struct.pack_into(width, data, place, number)
        path.write_bytes(mended(dense.block_of(name), data))
        for command in COMMANDS if LONG else ("info", "export"):
            bench.meet(f"dense: {claim}", 0, command, path.name, True)
    for _ in range(4000 if LONG else 24):
        at, n, sum_at = place = rng.choice(dense.places)
        changed = at + rng.randrange(4, min(n, 400))
        data = bytearray(dense.data)
        data[changed] = rng.choice((0, 255, data[changed] ^ 1 << rng.randrange(8)))
        path.write_bytes(mended(place, data))
        bench.meet(f"dense: byte {changed} is {data[changed]}", 0, rng.choice(list(COMMANDS)), path.name, False)


# Of arrays that lead to chunks: how much of the head is summed up, and where it lies, in which form.
ARRAYS = {
    b"FAHD": (24, [(5, "<B", 2), (6, "<B", 7), (7, "<B", 60), (8, "<Q", 1)]),
    b"EAHD": (68, [(5, "<B", 2), (6, "<B", 7), (7, "<B", 64), (9, "<B", 1), (11, "<B", 60), (44, "<Q", 1 << 40)]),
}


def array_file(base, path, kind, **ways):
    """The same reads, with an array of that kind leading to the names."""
    copied(base, path, "latest", replaced("read1/name", maxshape=(None,) if kind == b"EAHD" else None, **ways))


def check_arrays(bench, base):
    """Arrays that lead to chunks: as others make them, and too short, or with other elements."""
    path = bench.directory / "array.h5"
    for kind, filtered in itertools.product(ARRAYS, (None, "gzip")):
        array_file(base, path, kind, chunks=(3,), compression=filtered)
        ended = bench.run(0, COMMANDS["export"], path.name)
        out = bench.directory / "out.fastq"
        if ended.code != 0 or out.read_bytes() != reads():
            bench.wrong.append(f"{kind} {filtered}: code {ended.code}, {many.said(ended)[:3]}")
        out.unlink(missing_ok=True)
        whole = path.read_bytes()
        begin, (n, lies) = whole.index(kind), ARRAYS[kind]
        assert whole.count(kind) == 1 and whole[begin + 5] == bool(filtered)
        client = [(5, "<B", not filtered)]
        for at, form, value in (client + lies if LONG or filtered else client + lies[-1:]):
            data = bytearray(whole)
            struct.pack_into(form, data, begin + at, value)
            path.write_bytes(mended((begin, n, begin + n), data))
            bench.meet(f"{kind} {filtered}: {value} at {at}", 0, "info", path.name, True)


def array_places(data, element, chunks):
    """The blocks behind the head of an array of so many chunks: the first byte, how many are summed up, and where the
    sum is. A page holds 1,024 elements of so many bytes."""
    lengths = {b"FADB": [15], b"EAIB": [14 + 4 * element + 31 * 8], b"EASB": [18 + 8 * n for n in (4, 8, 16)],
               b"EADB": [18 + element * n for n in (16, 32, 64, 128)]}
    places = [(at.start(), n, at.start() + n) for kind in lengths for at in re.finditer(kind, data)
              for n in lengths[kind]]
    at = data.find(b"FADB") + 15 + 4
    for first in range(0, chunks, 1024):
        n = min(1024, chunks - first) * element
        places.append((at, n, at + n))
        at += n + 4
    return [place for place in places if mended(place, data) == data]


def with_a_number(rng, whole, at, n):
    """A file in which one number of n bytes is another, and words for it."""
    width, value = rng.choice((1, 2, 4, 8)), rng.choice((0, -1, 1, 48, 1 << 20, 1 << 40, 1 << 63, at, len(whole)))
    place = rng.randrange(min(n, rng.choice((32, n))) - width + 1)
    data = bytearray(whole)
    data[at + place:at + place + width] = (value % (1 << 8 * width)).to_bytes(width, "little")
    return data, f"{value} in {width} bytes at {place} of {whole[at:at + 4]}"


def check_array_blocks(bench, many_reads, rng):
    """What lies behind those heads may be anything; the sums are mended, so that it arrives."""
    path = bench.directory / "blocks.h5"
    for kind, filtered in itertools.product(ARRAYS, (None, "gzip")):
        array_file(many_reads, path, kind, chunks=(4,), compression=filtered)
        with h5py.File(path) as file:
            chunks = file["read1/name"].id.get_num_chunks()
        whole = path.read_bytes()
        places = array_places(whole, 14 if filtered else 8, chunks)
        assert len(places) == 3 if kind == b"FAHD" else len(places) > 10, (kind, filtered, places)
        for _ in range(1000 if LONG else 8):
            place = rng.choice(places)
            data, claim = with_a_number(rng, whole, *place[:2])
            path.write_bytes(mended(place, data))
            bench.meet(f"{kind} {filtered}: {claim}", 0, rng.choice(list(COMMANDS)), path.name, False)


def check_old_tables(bench, many_reads, rng):
    """And so may what HDF5 wrote before it had sums: trees of links and of chunks, nodes of links, heaps of their names."""
    path = bench.directory / "old.h5"

    def add_links(new):
        for i in range(60):
            new[f"link{i}"] = h5py.SoftLink("/read1")

    names = replaced("read1/name", chunks=(3,), maxshape=(None,), compression="gzip")
    copied(many_reads, path, "earliest", together(names, add_links))
    whole = path.read_bytes()
    places = [(found.start(), n) for kind, n in ((b"TREE", 600), (b"SNOD", 328), (b"HEAP", 32))
              for found in re.finditer(kind, whole)]
    places += [struct.unpack_from("<QxxxxxxxxQ", whole, at + 8)[::-1] for at, n in places if n == 32]
    assert len(places) > 30 and bench.run(0, COMMANDS["info"], path.name).code == 0, places
    for _ in range(4000 if LONG else 32):
        data, claim = with_a_number(rng, whole, *rng.choice(places))
        path.write_bytes(data)
        bench.meet(f"old tables: {claim}", 0, rng.choice(list(COMMANDS)), path.name, False)


def check_names(bench):
    """Rows that look like a heap, where HDF5 reads them, are rows."""
    text = b"".join(b"@GCOL%012d-abcdefghijklmnop\nACGT\n+\nIIII\n" % i for i in range(100))
    (bench.directory / "names.fastq").write_bytes(text)
    bench.run(0, "convert -qf --compress none -o {} names.fastq", "names.h5")
    ended = bench.run(0, COMMANDS["export"], "names.h5")
    out = bench.directory / "out.fastq"
    if ended.code != 0 or out.read_bytes() != text:
        bench.wrong.append(f"names like heaps: code {ended.code}, {many.said(ended)[:3]}")
    out.unlink(missing_ok=True)


def check_cut(bench, base, rng):
    data = base.read_bytes()
    sizes = {0, 1, 8, 95, 96, 100, len(data) - 1, *(rng.randrange(len(data)) for _ in range(8))}
    for size in sorted(range(0, len(data), 97) if LONG else sizes):
        (bench.directory / "cut.h5").write_bytes(data[:size])
        bench.meet(f"cut to {size}", 0, rng.choice(list(COMMANDS)), "cut.h5", False)


def check_flips(bench, base, rng):
    """Bytes that are not zero, and those right behind them."""
    data = base.read_bytes()
    places = [i for i in range(len(data)) if any(data[max(0, i - 7):i + 1])]
    places = places if LONG else rng.sample(places, 24)
    for place in places:
        changed = bytearray(data)
        changed[place] = rng.choice((0, 255, changed[place] ^ 1 << rng.randrange(8)))
        (bench.directory / "flip.h5").write_bytes(changed)
        bench.meet(f"byte {place} is {changed[place]}", 0, rng.choice(list(COMMANDS)), "flip.h5",
                   False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser, many=False)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(many.Machine(arguments.mpiexec, arguments.command), directory)
        (bench.directory / "reads.fastq").write_bytes(reads())
        (bench.directory / "secret").write_bytes(SECRET * 20)
        base = bench.directory / "base.h5"
        for name in ("base.h5", "other.h5"):
            ended = bench.run(0, "convert -qf -o {} reads.fastq", name)
            assert ended.code == 0, ended.err
        for command in COMMANDS:
            ended = bench.run(0, COMMANDS[command], base.name)
            assert ended.code == 0, (command, ended.err)
        (bench.directory / "out.fastq").unlink()
        check_hand_made(bench, base)
        check_odd(bench, base)
        check_headers(bench, base)
        check_foreign(bench, base)
        check_dense(bench, base, rng)
        check_arrays(bench, base)
        many_reads = bench.directory / "many.h5"
        (bench.directory / "many.fastq").write_bytes(reads(1200))
        assert bench.run(0, "convert -qf -o {} many.fastq", many_reads.name).code == 0
        check_array_blocks(bench, many_reads, rng)
        check_old_tables(bench, many_reads, rng)
        check_names(bench)
        check_cut(bench, base, rng)
        check_flips(bench, base, rng)
    return conclude(f"{bench.runs} runs, codes {bench.codes}, ", found=bench.wrong)


if __name__ == "__main__":
    sys.exit(main())
