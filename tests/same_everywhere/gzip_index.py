"""Reads the index of a gzip file, by its description in src/gzip/index.h alone, and holds it
against what zlib makes of the file."""

import re
import struct
import zlib
from collections import namedtuple

MAGIC = b"PFQI\r\n\x1a\n"
HEAD = struct.Struct("<8sIIQQQQQQI")
POINT = struct.Struct("<QQQQQIIII")
SAMPLES, SAMPLE_BYTES = 32, 4096

Head = namedtuple("Head", "magic version samples_crc file_bytes text_bytes records apart points "
                          "points_at points_crc")
Point = namedtuple("Point", "bit text record record_at window_at window_bytes window_crc valid "
                            "member")
Index = namedtuple("Index", "head points windows")


def read(data):
    head = Head(*HEAD.unpack_from(data))
    points = [Point(*POINT.unpack_from(data, head.points_at + i * POINT.size))
              for i in range(head.points)]
    return Index(head, points, data[HEAD.size + 4:head.points_at])


def write(index):
    """The bytes of an index, with checksums that are right for whatever is in it."""
    points = b"".join(POINT.pack(*point) for point in index.points)
    head = index.head._replace(points=len(index.points), points_crc=zlib.crc32(points),
                               points_at=HEAD.size + 4 + len(index.windows))
    first = HEAD.pack(*head)
    return first + struct.pack("<I", zlib.crc32(first)) + index.windows + points


def window_of(index, point):
    at = point.window_at - HEAD.size - 4
    packed = index.windows[at:at + point.window_bytes]
    return zlib.decompress(packed, -15) if packed else b""


def samples_crc(data):
    size = min(len(data), SAMPLE_BYTES)
    room, steps, crc = len(data) - size, SAMPLES - 1, 0
    for i in range(SAMPLES):
        at = room // steps * i + room % steps * i // steps
        crc = zlib.crc32(data[at:at + size], crc)
    return crc


def bits_of(*numbers):
    """(number, bits) pairs, joined, the lowest bit first: (all of it, bits)."""
    whole = size = 0
    for number, bits in numbers:
        whole |= number << size
        size += bits
    return whole, size


# Deflate blocks without text, of 10 and of 95 bits. The second is dynamic; its code lengths are 256
# zeros, a one for the end of the block, and a zero; those of its precode are 1 for 18, 2 for 0 and 1.
FIXED = bits_of((0, 1), (1, 2), (0, 7))
DYNAMIC = bits_of((0, 1), (2, 2), (0, 5), (0, 5), (15, 4),
                  *[({2: 1, 3: 2, 17: 2}.get(i, 0), 3) for i in range(19)],
                  (0, 1), (127, 7), (0, 1), (107, 7), (3, 2), (1, 2), (0, 1))


def fillers(bits):
    """Blocks without text that end at a bit with this number in its byte."""
    chosen = [DYNAMIC] if bits % 2 else []
    while sum(size for _, size in chosen) % 8 != bits:
        chosen.append(FIXED)
    return bits_of(*chosen)


def text_from(data, point, window, size):
    """So much of the text behind a point, by zlib, which knows the text before it. It cannot begin
    inside a byte, where stored blocks would not be what they are; so something goes before."""
    at, shift = divmod(point.bit, 8)
    piece = data[at:at + (1 << 21)]
    if point.member:
        text = b""
        while piece and not text: # members may be empty
            stream = zlib.decompressobj(31)
            text, piece = stream.decompress(piece, size), stream.unused_data
        return text
    filler, bits = fillers(shift)
    whole = int.from_bytes(piece, "little") >> shift << bits | filler
    moved = whole.to_bytes(len(piece) + bits // 8 + 1, "little")
    return zlib.decompressobj(-15, zdict=window).decompress(moved, size)


def wrong(index, data, index_data, text, records):
    """A sentence about the first thing that is not true of this index, or None. `records` are the
    places where records begin."""
    head = index.head
    want = Head(MAGIC, 1, samples_crc(data), len(data), len(text), len(records), head.apart,
                len(index.points), head.points_at, head.points_crc)
    if head != want:
        return f"the head is {head}, not {want}"
    if write(index) != index_data:
        return "the checksums or the order of parts are not as described"
    before = -1
    for i, point in enumerate(index.points):
        if point.bit // 8 // head.apart <= before // 8 // head.apart:
            return f"point {i} is not behind a multiple of {head.apart}"
        before = point.bit
        window = window_of(index, point)
        if zlib.crc32(index.windows[point.window_at - HEAD.size - 4:][:point.window_bytes]) \
                != point.window_crc:
            return f"point {i} has a wrong checksum of its window"
        if len(window) != point.valid or text[point.text - point.valid:point.text] != window:
            return f"the window of point {i} is not the text before it"
        size = min(100_000, len(text) - point.text)
        made = text_from(data, point, window, size) if size else b""
        if not made or not text[point.text:].startswith(made):
            if size:
                return f"what zlib inflates from point {i} is not the text there"
        at = [begin for begin in records if begin >= point.text]
        record = (len(records) - len(at), at[0] if at else len(text))
        if (point.record, point.record_at) != record:
            return f"point {i} has record {point.record} at {point.record_at}, not {record}"
    return None


def begins(text, count):
    """Where the records of a text begin, which has `count` of them."""
    feeds = [0, *(match.end() for match in re.finditer(b"\n", text))]
    return feeds[0:4 * count:4]
