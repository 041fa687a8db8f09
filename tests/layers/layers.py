#!/usr/bin/env python3
"""The source keeps the layers that src/CMakeLists.txt states, and its public headers are manuals.

    layers.py ROOT [--cc CC] [--cxx CXX] [--include DIR]...

Prints one line for each breach, `file:line: sentence`; exit code 1 if there is any. What holds:

  - a file includes its own directory, those its layer USES (and what they use), and public headers;
  - each outside world (MPI, HDF5, OpenMP, hwloc, intrinsics, compression) is included where it belongs;
  - `#pragma omp` appears in src/threads alone; no directory is a bag of leftovers;
  - each public header compiles alone, as C and as C++;
  - each public function says Collective, Threads, Owns and Returns in the comment above it.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

# An outside header (pattern), and the directories of src/ that may include it.
OUTSIDE = [
    (r"mpi\.h", ["team"]),
    (r"(hdf5|H5\w*)\.h", ["store"]),
    (r"omp\.h", ["threads"]),
    (r"hwloc(/.*)?\.h", ["threads"]),
    (r"\w*intrin\.h|arm_\w+\.h|cpuid\.h", ["scan", "codec", "gzip"]),
    (r"zlib\.h|libdeflate\.h", ["gzip", "codec"]),
    (r"(isa-l/)?(igzip_lib|isa-l)\.h", ["codec"]),
    (r"zstd\w*\.h", ["codec", "unpack"]),
    (r"bzlib\.h|lzma\.h", ["unpack"]),
]
# Who may speak of teams over MPI: those who make them.
MPI_HEADER_USERS = {"team", "cli"}
BAGS = re.compile(r"(util|common|misc|helper)s?$")
TAGS = ["Collective:", "Threads:", "Owns:", "Returns:"]


def without_comments(text):
    """Comments become blanks; lines stay lines."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), text,
                  flags=re.S)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def read_layers(cmake_lists):
    """{layer: layers it may include}, from the pfq_layer rows, and the breaches of the rows."""
    text = re.sub(r"#[^\n]*", "", cmake_lists.read_text())
    allowed, breaches = {}, []
    for match in re.finditer(r"\bpfq_layer\(([^)]*)\)", text):
        name, *words = match.group(1).split()
        uses, keyword = [], None
        for word in words:
            if word in ("USES", "NEEDS", "EXCEPT"):
                keyword = word
            elif keyword == "USES":
                uses.append(word)
        mine = allowed.setdefault(name, {name})
        for used in uses:
            if used == name or used not in allowed:
                breaches.append(f"{cmake_lists}:{line_of(text, match.start())}: "
                                f"layer {name} uses {used}, which no row above states")
            mine |= allowed.get(used, set())
    return allowed, breaches


def check_inner_include(root, path, layer, target, allowed):
    """An #include "..." of a file in src/."""
    directory = target.split("/")[0]
    if "/" not in target:
        return f'"{target}" does not name its directory'
    if directory == "parfastq":
        if target == "parfastq/mpi.h" and layer not in MPI_HEADER_USERS:
            return f"{layer} includes parfastq/mpi.h"
        return None if (root / "include" / target).is_file() else f'"{target}" is not there'
    if directory not in allowed[layer]:
        return f"{layer} includes {directory}, which it does not use"
    return None if (root / "src" / target).is_file() else f'"{target}" is not there'


def check_outside_include(layer, target):
    for pattern, owners in OUTSIDE:
        if re.fullmatch(pattern, target) and layer not in owners:
            return f"{layer} includes <{target}>, which belongs to {' and '.join(owners)}"
    return None


def check_source(root, path, allowed):
    layer = path.relative_to(root / "src").parts[0]
    if layer not in allowed:
        return [f"{path}:1: no pfq_layer row states the directory {layer}"]
    text = without_comments(path.read_text())
    breaches = []
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', text, flags=re.M):
        bracket, target = match.groups()
        wrong = check_outside_include(layer, target)
        if not wrong and bracket == '"':
            wrong = check_inner_include(root, path, layer, target, allowed)
        if wrong:
            breaches.append(f"{path}:{line_of(text, match.start(1))}: {wrong}")
    for match in re.finditer(r'#[ \t]*pragma[ \t]+omp\b|_Pragma\("omp', text):
        if layer != "threads":
            breaches.append(f"{path}:{line_of(text, match.start())}: #pragma omp outside threads")
    return breaches


def check_directories(root):
    return [f"{path}:1: a directory named {path.name}"
            for top in ("src", "include", "tests", "jobs")
            for path in sorted((root / top).rglob("*"))
            if path.is_dir() and BAGS.match(path.name)]


def check_public_includes(path):
    text = without_comments(path.read_text())
    breaches = []
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', text, flags=re.M):
        target = match.group(1)
        wrong = None
        if "/" in target and not target.startswith("parfastq/"):
            wrong = f"a public header includes {target}, which is not public"
        elif path.name != "mpi.h":
            wrong = check_outside_include(path.name, target)
        if wrong:
            breaches.append(f"{path}:{line_of(text, match.start(1))}: {wrong}")
    return breaches


def blanked(match):
    return re.sub(r"[^\n]", " ", match.group())


def public_declarations(text):
    """(line, name, comment above) of each function a public header declares."""
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blanked, text, flags=re.M)
    text = re.sub(r'extern\s+"C"\s*\{', blanked, text)
    # What follows looks for comments, braces and semicolons in one sweep, so that a brace or a
    # semicolon inside a comment counts for nothing.
    depth, begin, comment = 0, 0, ""
    for match in re.finditer(r"/\*.*?\*/|[{};]", text, flags=re.S):
        token = match.group()
        if token == "{":
            depth += 1
        elif token == "}":
            depth = max(0, depth - 1)
            if depth == 0:
                comment, begin = "", match.end()
        elif token != ";":
            if depth == 0:
                comment, begin = token, match.end()
        elif depth == 0:
            statement = text[begin : match.start()]
            name = re.search(r"\b(pfq_\w+)\s*\(", statement)
            if name and "typedef" not in statement:
                yield line_of(text, begin + name.start()), name.group(1), comment
            comment, begin = "", match.end()


def check_manual(path):
    breaches = []
    for line, name, comment in public_declarations(path.read_text()):
        missing = [tag for tag in TAGS if tag not in comment]
        if missing:
            breaches.append(f"{path}:{line}: {name} does not say {' '.join(missing)}")
    return breaches


def check_compiles_alone(path, compiler, language, standard, directories):
    command = [compiler, "-fsyntax-only", f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic",
               "-Werror"]
    for directory in directories:
        command += ["-isystem", directory]
    command += ["-I", str(path.parent.parent), "-x", language, "-"]
    source = f'#include "parfastq/{path.name}"\n'
    result = subprocess.run(command, input=source, capture_output=True, text=True)
    if result.returncode == 0:
        return []
    reason = next((l for l in result.stderr.splitlines() if "error" in l), "it cannot be compiled")
    return [f"{path}:1: does not compile alone as {language}: {reason}"]


def check_tree(root, cc, cxx, directories):
    """All breaches of a tree. A compiler that is None is not asked."""
    allowed, breaches = read_layers(root / "src" / "CMakeLists.txt")
    for path in sorted((root / "src").rglob("*")):
        if path.suffix in (".c", ".h"):
            breaches += check_source(root, path, allowed)
    breaches += check_directories(root)
    for path in sorted((root / "include" / "parfastq").glob("*.h")):
        breaches += check_public_includes(path) + check_manual(path)
        if path.name == "mpi.h" and not directories:
            continue  # a build without MPI has no <mpi.h> to compile it with
        if cc:
            breaches += check_compiles_alone(path, cc, "c", "c11", directories)
        if cxx:
            breaches += check_compiles_alone(path, cxx, "c++", "c++11", directories)
    return breaches


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--cc", help="C compiler; not asked when absent")
    parser.add_argument("--cxx", help="C++ compiler; not asked when absent")
    parser.add_argument("--include", action="append", default=[], help="where <mpi.h> is")
    arguments = parser.parse_args()
    for language, compiler in (("C", arguments.cc), ("C++", arguments.cxx)):
        if not compiler:
            print(f"no {language} compiler given: headers are not compiled as {language}")
    breaches = check_tree(arguments.root, arguments.cc, arguments.cxx, arguments.include)
    for breach in breaches:
        print(breach, file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
