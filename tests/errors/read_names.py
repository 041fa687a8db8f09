"""By what a record is found: the key of its name, and the hash of that, as README.md tells it."""

import re


def key_of(header):
    """The part of a header by which its record is found."""
    return re.sub(rb"(?<=.)/[1-4]$", b"", re.split(rb"[ \t]", header)[0], flags=re.S)


def name_hash(name):
    """FNV-1a of 64 bits, then the finaliser of MurmurHash3."""
    h = 0xcbf29ce484222325
    for byte in name:
        h = (h ^ byte) * 0x100000001b3 % 2**64
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        h = (h ^ h >> 33) * factor % 2**64
    return h ^ h >> 33
