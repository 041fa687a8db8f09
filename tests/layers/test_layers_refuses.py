#!/usr/bin/env python3
"""The checker of the layers accepts a good tree and refuses each way of breaking it.

    test_layers_refuses.py --cc CC [--cxx CXX]

A small good tree is written to a temporary directory; then each row of BREACHES adds one file to it
and names the words that must be said about it.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import layers

ROWS = """# pfq_layer(comment USES nothing)
pfq_layer(base)
pfq_layer(scan USES base)
pfq_layer(threads USES base NEEDS pfq_openmp)
if(PFQ_MPI)
  pfq_layer(team USES base NEEDS pfq_mpi)
else()
  pfq_layer(team USES base EXCEPT mpi.c)
endif()
pfq_layer(fastq USES scan)
pfq_layer(store USES fastq team
          NEEDS pfq_hdf5 pfq_mpi)
pfq_layer(cli USES store)
"""

HEADER = """#ifndef GOOD_H
#define GOOD_H
#ifdef __cplusplus
extern "C" {
#endif
/* A comment; with { and ; in it. */
typedef struct pfq_thing {
    void (*call)(void *context); /* not a public function */
} pfq_thing;
/* Does it.
 * Collective: no. Threads: safe. Owns: nothing. Returns: 0. */
int pfq_do(const pfq_thing *thing,
           int times);
#ifdef __cplusplus
}
#endif
#endif
"""

GOOD = {
    "src/CMakeLists.txt": ROWS,
    "src/base/error.h": "",
    "src/base/error.c": '#include "base/error.h"\n#include "parfastq/good.h"\n#include <stdio.h>\n',
    "src/scan/avx2.c": '#include <immintrin.h>\n#include "base/error.h"\n',
    "src/threads/threads.c": "#include <omp.h>\n#pragma omp parallel\n",
    "src/team/mpi.c": '#include <mpi.h>\n#include "parfastq/mpi.h"\n',
    "src/fastq/parse.c": '#include "base/error.h"\n/* #include "cli/main.h" */\n',
    "src/store/store.c": '#include <hdf5.h>\n// #pragma omp\n',
    "src/cli/main.c": '#include "parfastq/mpi.h"\n',
    "include/parfastq/good.h": HEADER,
    "include/parfastq/mpi.h": "",
    "tests/base/test_error.c": "",
    "jobs/quickstart.sh": "",
}

# A file that breaks the tree, its text, and what must be said of it.
BREACHES = [
    ("src/base/up.c", '#include "fastq/parse.h"\n', "base includes fastq"),
    ("src/fastq/side.c", '\n  #  include "threads/threads.h"\n',
     "side.c:2: fastq includes threads"),
    ("src/fastq/far.c", '#include "team/team.h"\n', "fastq includes team"),
    ("src/fastq/gone.c", '#include "base/gone.h"\n', '"base/gone.h" is not there'),
    ("src/fastq/gone.c", '#include "parfastq/gone.h"\n', '"parfastq/gone.h" is not there'),
    ("src/fastq/bare.c", '#include "parse.h"\n', "does not name its directory"),
    ("src/extra/new.c", "", "no pfq_layer row states the directory extra"),
    ("src/store/mpi.c", "#include <mpi.h>\n", "<mpi.h>, which belongs to team"),
    ("src/cli/hdf5.c", '#include "hdf5.h"\n', "<hdf5.h>, which belongs to store"),
    ("src/team/h5.c", "#include <H5Ppublic.h>\n", "<H5Ppublic.h>, which belongs to store"),
    ("src/store/omp.c", "#include <omp.h>\n", "<omp.h>, which belongs to threads"),
    ("src/store/place.c", "#include <hwloc.h>\n", "<hwloc.h>, which belongs to threads"),
    ("src/fastq/simd.c", "#include <immintrin.h>\n", "<immintrin.h>, which belongs to scan"),
    ("src/fastq/neon.c", "#include <arm_neon.h>\n", "<arm_neon.h>, which belongs to scan"),
    ("src/store/inflate.c", "#include <zlib.h>\n", "<zlib.h>, which belongs to gzip and codec"),
    ("src/fastq/fast.c", "#include <isa-l/igzip_lib.h>\n", "belongs to codec"),
    ("src/scan/zstd.c", "#include <zstd.h>\n", "<zstd.h>, which belongs to codec"),
    ("src/store/team.c", '#include "parfastq/mpi.h"\n', "store includes parfastq/mpi.h"),
    ("src/scan/loop.c", "#pragma omp simd\n", "#pragma omp outside threads"),
    ("src/scan/loop.c", '_Pragma("omp parallel for")\n', "#pragma omp outside threads"),
    ("src/scan/util/x.txt", "", "a directory named util"),
    ("tests/helpers/x.txt", "", "a directory named helpers"),
    ("src/CMakeLists.txt", ROWS + "pfq_layer(early USES late)\npfq_layer(late)\n",
     "early uses late, which no row above states"),
    ("include/parfastq/inner.h", '#include "base/error.h"\n', "which is not public"),
    ("include/parfastq/world.h", "#include <hdf5.h>\n", "<hdf5.h>, which belongs to store"),
    ("include/parfastq/alone.h", "extern uint64_t pfq_rows;\n", "does not compile alone as c"),
    ("include/parfastq/plus.h", "struct pfq_class { int class; };\n", "alone as c++"),
    ("include/parfastq/mute.h", "/* It. Collective: no. Owns: nothing. */\nint pfq_go(int n);\n",
     "mute.h:2: pfq_go does not say Threads: Returns:"),
    ("include/parfastq/mute.h", HEADER.replace("GOOD", "MUTE").replace("do(", "go(")
     + "int pfq_next(void);\n", "pfq_next does not say Collective: Threads: Owns: Returns:"),
]


def write_tree(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def breaches_of(files, cc, cxx):
    with tempfile.TemporaryDirectory() as directory:
        write_tree(Path(directory), files)
        return layers.check_tree(Path(directory), cc, cxx, [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cc", required=True)
    parser.add_argument("--cxx")
    arguments = parser.parse_args()
    wrong = [f"the good tree is refused: {said}"
             for said in breaches_of(GOOD, arguments.cc, arguments.cxx)]
    for name, text, words in BREACHES:
        if "c++" in words and not arguments.cxx:
            continue
        said = breaches_of({**GOOD, name: text}, arguments.cc, arguments.cxx)
        if not any(words in line for line in said):
            wrong.append(f"{name}: nothing says \"{words}\": {said}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
