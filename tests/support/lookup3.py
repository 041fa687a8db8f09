"""The checksum of HDF5's newer structures: lookup3 by Bob Jenkins, of bytes taken as words of 32 bits."""

import struct

WORD = (1 << 32) - 1


def turned(word, bits):
    return (word << bits | word >> 32 - bits) & WORD


def lookup3(data):
    a = b = c = (0xdeadbeef + len(data)) & WORD
    if not data:
        return c
    blocks = [data[i:i + 12] for i in range(0, len(data), 12)]
    for block in blocks[:-1]:
        x, y, z = struct.unpack("<3I", block)
        a, b, c = (a + x) & WORD, (b + y) & WORD, (c + z) & WORD
        for first, second in ((4, 6), (8, 16), (19, 4)):
            a, c = ((a - c) & WORD) ^ turned(c, first), (c + b) & WORD
            b, a = ((b - a) & WORD) ^ turned(a, second), (a + c) & WORD
            a, b, c = c, a, b  # the next pair begins with the word that is left
    x, y, z = struct.unpack("<3I", blocks[-1].ljust(12, b"\0"))
    a, b, c = (a + x) & WORD, (b + y) & WORD, (c + z) & WORD
    c = ((c ^ b) - turned(b, 14)) & WORD
    a = ((a ^ c) - turned(c, 11)) & WORD
    b = ((b ^ a) - turned(a, 25)) & WORD
    c = ((c ^ b) - turned(b, 16)) & WORD
    a = ((a ^ c) - turned(c, 4)) & WORD
    b = ((b ^ a) - turned(a, 14)) & WORD
    return ((c ^ b) - turned(b, 24)) & WORD
