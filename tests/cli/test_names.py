#!/usr/bin/env python3
"""Whatever is in a name, a terminal, a table and a page show it as text, and JSON gives it back.

    test_names.py PARFASTQ

Names of files and reads, words on the command line and texts in HDF5 files hold control characters,
line ends, tabs, mark-up, and formats of printf; UTF-8 stays as it is.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

NASTY = "a\x1b[31m\x07<b>&\"'%s%n\t\r\n\x7f\u009b2Jé日.fastq"
SHOWN = "a\\x1b[31m\\x07<b>&\"'%s%n\\x09\\x0d\\x0a\\x7f\\xc2\\x9b2Jé日.fastq"
READ = "r\x1b[2J\x07%s%n<b>"
TEXT = f"@{READ}\nACGT\n+\nIIII\n"

problems = []


def run(command, directory, *words, code=0):
    ended = subprocess.run([command, *words], cwd=directory, capture_output=True, timeout=60)
    out, err = ended.stdout.decode(), ended.stderr.decode()
    if ended.returncode != code:
        problems.append(f"{words[0]} ends with {ended.returncode}, not {code}: {err}")
    return out, err


def check_plain(what, text, tabs=False):
    """Only characters that are printed as themselves."""
    allowed = "\n\t" if tabs else "\n"
    wrong = [c for c in text if (ord(c) < 32 and c not in allowed) or 127 <= ord(c) < 160]
    if wrong:
        problems.append(f"{what} holds {wrong[:5]}")


def check_reports(command, directory):
    options = ("--json", "qc.json", "--html", "qc.html", "--fastqc", "qc", "-f")
    table, _ = run(command, directory, "stats", "-q", *options, NASTY)
    tabs, _ = run(command, directory, "stats", "-q", "--tsv", NASTY)
    plan, _ = run(command, directory, "plan", "-q", NASTY)
    for what, text in (("the table", table), ("the table with tabs", tabs), ("the plan", plan)):
        check_plain(what, text, tabs=what != "the table")
        if SHOWN not in text or len(text.splitlines()) != 2:
            problems.append(f"{what} does not show the name in one line: {text!r}")
    page = (directory / "qc.html").read_text()
    check_plain("the page", page)
    if "<b>&\"" in page or "a\\x1b[31m\\x07&lt;b&gt;&amp;&quot;" not in page:
        problems.append("the page does not escape the name")
    run(command, directory, "stats", "-q", "--trim-quality", "20", "--min-length", "1", "--html",
        "filtered.html", NASTY)
    check_plain("the page of filtering", (directory / "filtered.html").read_text())
    if "<b>&\"" in (directory / "filtered.html").read_text():
        problems.append("the page of filtering does not escape the name")
    data = json.loads((directory / "qc.json").read_text())
    if data["inputs"][0]["file"] != NASTY:
        problems.append(f"JSON has the name {data['inputs'][0]['file']!r}")
    texts = list((directory / "qc").glob("*/*.txt"))
    if len(texts) != 2:
        problems.append(f"there are {len(texts)} texts of FastQC")
    for path in texts:
        check_plain(path.name, path.read_text(), tabs=True)
        if SHOWN not in path.read_text():
            problems.append(f"{path.name} does not show the name")


def check_messages(command, directory):
    bad = directory / ("bad" + NASTY)
    bad.write_text(f"@{READ}\nAC\x1bT\n+{READ}x\nIIII\n")
    for words, code in ((("validate", bad.name), 1), (("validate", "no" + NASTY), 2),
                        (("convert", "-o", "x.h5", bad.name), 1), ((NASTY,), 2),
                        (("convert", "--" + NASTY), 2), (("plan", "-t", NASTY, "x"), 2),
                        (("convert", "-o", "x.h5", "-1", NASTY, "-2", bad.name), 1)):
        out, err = run(command, directory, *words, code=code)
        check_plain(f"{words[0]!r} to stdout", out)
        check_plain(f"{words[0]!r} to stderr", err)
        if "%s%n" not in err and "x1b" in err:
            problems.append(f"{words[0]}: the name was taken for a format: {err}")


def check_file(command, directory):
    """Names and the command line, kept in an HDF5 file."""
    _, err = run(command, directory, "convert", "-o", "n" + NASTY + ".h5", NASTY)
    check_plain("convert", err)
    out, err = run(command, directory, "info", "n" + NASTY + ".h5")
    check_plain("info", out + err)
    _, err = run(command, directory, "get", "n" + NASTY + ".h5", "nobody" + READ, code=1)
    check_plain("get", err)
    out, _ = run(command, directory, "get", "n" + NASTY + ".h5", "r\x1b[2J\x07%s%n<b>")
    if out != TEXT:
        problems.append(f"get gives {out!r}")


def main():
    command = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / NASTY).write_text(TEXT)
        check_reports(command, directory)
        check_messages(command, directory)
        out, _ = run(command, directory, "help")
        if "convert " in out and "export" in out:
            check_file(command, directory)
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
