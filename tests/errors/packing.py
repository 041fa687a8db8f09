"""Ways to compress a text, by libraries and tools that are not ours.

Each is a function of a random generator and the text. They are named after who writes such files;
a tool that is not installed is left out.
"""

import bz2
import lzma
import shutil
import struct
import subprocess
import zlib

# A header of gzip with what cannot be a block behind it.
NO_BLOCK = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff"
INFLATE = ("serial", "parallel", "parallel")  # the ways to inflate gzip, and how often each


def tool(*words):
    """A packer that is a command, fed with the text; None where it is not installed."""
    if not shutil.which(words[0]):
        return None
    return lambda rng, text: subprocess.run(words, input=text, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, check=True).stdout


def in_parts(pack):
    """A packer that cuts the text anywhere into streams that follow each other."""
    def packed(rng, text):
        cuts = sorted(rng.randrange(len(text) + 1) for _ in range(rng.randrange(1, 5)))
        ends = [0, *cuts, len(text)]
        return b"".join(pack(rng, text[a:b]) for a, b in zip(ends, ends[1:]))
    return packed


def deflated(level=6, strategy=zlib.Z_DEFAULT_STRATEGY, flush=None, memory=8):
    """One gzip member by zlib, flushed now and then if wanted."""
    def pack(rng, text):
        stream = zlib.compressobj(level, zlib.DEFLATED, 31, memory, strategy)
        out, at = [], 0
        while at < len(text):
            step = rng.randrange(1, 60_000) if flush else len(text)
            out.append(stream.compress(text[at:at + step]))
            at += step
            if flush:
                out.append(stream.flush(flush))
        return b"".join(out) + stream.flush()
    return pack


def block(text, extra=b""):
    """A BGZF block (SAM specification 4.1), with other extra subfields in front if wanted."""
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    data = stream.compress(text) + stream.flush()
    size = 12 + len(extra) + 6 + len(data) + 8
    return (b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", len(extra) + 6) + extra
            + b"BC\x02\0" + struct.pack("<H", size - 1) + data
            + struct.pack("<II", zlib.crc32(text), len(text)))


def blocks(extra=b"", end=True, empty=False):
    """BGZF by hand: blocks of any size, empty ones among them, with or without the end mark."""
    def pack(rng, text):
        out, at = [], 0
        while at < len(text):
            size = rng.choice((1, 100, 5_000, 50_000))
            out.append(block(text[at:at + size], extra))
            at += size
            if empty and rng.randrange(4) == 0:
                out.append(block(b""))
        return b"".join(out) + (block(b"") if end or not out else b"")
    return pack


def headed(rng, text):
    """A gzip member with all the fields a header can have."""
    body = deflated()(rng, text)[10:]
    head = b"\x1f\x8b\x08\x1e\1\2\3\4\0\x03" + struct.pack("<H", 6) + b"XY\2\0ab"
    head += b"reads.fastq\0" + b"a comment\0"
    return head + struct.pack("<H", zlib.crc32(head) & 0xffff) + body


def mixed(rng, text):
    """BGZF and plain members, one behind the other."""
    cut, more = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return (blocks()(rng, text[:cut]) + deflated(1)(rng, text[cut:more])
            + blocks(end=False)(rng, text[more:]))


def padded(pack):
    return lambda rng, text: pack(rng, text) + bytes(rng.randrange(1, 700))


def packers():
    """Name -> function(rng, text)."""
    every = {
        "gzip1": deflated(1),
        "gzip6": deflated(),
        "gzip9": deflated(9, memory=1),
        "gzip_stored": deflated(0),
        "gzip_fixed": deflated(6, zlib.Z_FIXED),
        "gzip_huffman": deflated(6, zlib.Z_HUFFMAN_ONLY),
        "gzip_runs": deflated(6, zlib.Z_RLE),
        "gzip_sync": deflated(6, flush=zlib.Z_SYNC_FLUSH),
        "gzip_full": deflated(6, flush=zlib.Z_FULL_FLUSH),
        "gzip_head": headed,
        "gzip_padded": padded(deflated()),
        "mixed": mixed,
        "bgzf": blocks(),
        "bgzf_no_end": blocks(end=False),
        "bgzf_extra": blocks(extra=b"ZZ\3\0abc"),
        "bgzf_empty": blocks(empty=True),
        "bgzip": tool("bgzip", "-c"),
        "pigz": tool("pigz", "-c", "-b", "128"),
        "igzip0": tool("igzip", "-0", "-c"),
        "igzip3": tool("igzip", "-3", "-c"),
        "bzip2": lambda rng, text: bz2.compress(text, 1),
        "xz": lambda rng, text: lzma.compress(text, preset=0),
        "zstd": tool("zstd", "-q", "-c"),
    }
    every = {name: pack for name, pack in every.items() if pack}
    every.update({f"{name}_parts": in_parts(pack) for name, pack in list(every.items())})
    return every
