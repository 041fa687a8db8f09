"""Ways to compress a text, by libraries and tools that are not ours.

Each is a function of a random generator and the text. They are named after who writes such files;
a tool that is not installed is left out.
"""

import bz2
import lzma
import shutil
import subprocess


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


def packers():
    """Name -> function(rng, text)."""
    every = {
        "bzip2": lambda rng, text: bz2.compress(text, 1),
        "xz": lambda rng, text: lzma.compress(text, preset=0),
        "zstd": tool("zstd", "-q", "-c"),
    }
    every = {name: pack for name, pack in every.items() if pack}
    every.update({f"{name}_parts": in_parts(pack) for name, pack in list(every.items())})
    return every
