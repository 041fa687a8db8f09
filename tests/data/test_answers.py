#!/usr/bin/env python3
"""Each file of tests/data gets the answer its row in make.py states.

    test_answers.py --command PARFASTQ

"N records": convert succeeds, the file holds that many, and export gives the same bytes back.
"refused: line L, record R": exit code 1, a message that begins with that place, and no file.
"refused by name": exit code 1, a message that begins with the file, and no file.
Rows that say anything else belong to other tests; how many there are is fixed here.
"""

import argparse
import gzip
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import make

OTHER_ROWS = {"pair_R2_short.fastq", "pair_R2_other.fastq", "truncated_in_header.fastq",
              "several_bad.fastq"}
HERE = Path(__file__).resolve().parent


def run(directory, *words):
    """Exit code of a command, and all it said."""
    done = subprocess.run([str(word) for word in words], cwd=directory, capture_output=True,
                          timeout=60)
    return done.returncode, done.stdout.decode() + done.stderr.decode(errors="replace")


def check_accepted(command, path, records, directory):
    code, said = run(directory, command, "convert", "-q", "-o", "out.h5", path)
    if code:
        return f"convert: exit code {code}: {said}"
    code, said = run(directory, command, "export", "-o", "out.fastq", "out.h5")
    if code or f"export: {records} record" not in said:
        return f"export: exit code {code}, not {records} records: {said}"
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if (directory / "out.fastq").read_bytes() != text:
        return "export gives other bytes"
    return None


def check_refused(command, path, place, directory):
    code, said = run(directory, command, "convert", "-q", "-o", "out.h5", path)
    if code != 1 or not said.startswith(f"parfastq: {path}:{place} "):
        return f"exit code {code}: {said}"
    return f"left behind: {list(directory.iterdir())}" if any(directory.iterdir()) else None


def check(command, name, answer):
    """What is wrong with the answer to a file; None: nothing; False: the row is another test's."""
    accepted = re.match(r"([\d,]+) records?\b", answer)
    refused = re.fullmatch(r"refused: line (\d+), record (\d+)", answer)
    place = f"{refused.group(1)}: record {refused.group(2)}, byte" if refused else ""
    with tempfile.TemporaryDirectory() as directory:
        if accepted:
            count = accepted.group(1).replace(",", "")
            return check_accepted(command, HERE / name, count, Path(directory))
        if refused or answer.startswith("refused by name"):
            return check_refused(command, HERE / name, place, Path(directory))
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", required=True)
    command = parser.parse_args().command
    results = {name: check(command, name, answer) for name, _, answer, _ in make.FILES}
    wrong = [f"{name}: {result}" for name, result in results.items() if result]
    others = {name for name, result in results.items() if result is False}
    if others != OTHER_ROWS:
        wrong.append(f"rows that state no answer this test knows: {sorted(others ^ OTHER_ROWS)}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
