#!/usr/bin/env python3
"""The manual page and the completion are whole: they know every option and command of the help, roff and
bash find nothing wrong with them, and bash completes by them.

    test_pages.py COMMAND
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        sys.exit(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def must(condition, words):
    if not condition:
        sys.exit(words)


def complete(script, *words):
    """What bash offers for the last word."""
    quoted = " ".join(f"'{word}'" for word in words)
    return run("bash", "-c", f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _parfastq; "
                             "printf '%s\\n' \"${COMPREPLY[@]}\"").split()


def main():
    command = sys.argv[1]
    manual = run(command, "help", "--man", env={**os.environ, "SOURCE_DATE_EPOCH": "86400"})
    must('.TH PARFASTQ 1 "1970-01-02"' in manual, f"the date is another one: {manual[:80]}")
    plain = manual.replace("\\-", "-")
    names = re.findall(r"^  ([a-z]+) ", run(command, "--help").split("Commands:")[1], flags=re.M)
    with tempfile.TemporaryDirectory() as directory:
        script, page = Path(directory) / "parfastq", Path(directory) / "parfastq.1"
        script.write_text(run(command, "help", "--completion"))
        page.write_text(manual)
        must(set(names) <= set(complete(script, "parfastq", "")), "a command is not completed")
        for name in names:
            must(f".B {name}\n" in plain, f"{name} is not in the manual")
            options = set(re.findall(r"--[a-z0-9-]+", re.sub(r"(?m)^ {8,}.*", "", run(command, name, "--help"))))
            missing = options - set(complete(script, "parfastq", name, "--"))
            must(not missing, f"{name}: {missing} are not completed")
            for option in options:
                must(f"\\fB{option}\\fR" in plain, f"{option} is not in the manual")
        must(complete(script, "parfastq", "convert", "--writer", "g") == ["gather"], "a value is not completed")
        must(str(page) in complete(script, "parfastq", "convert", f"{directory}/"), "a file is not completed")
        for linter in (["mandoc", "-Tlint"], ["groff", "-ww", "-z", "-man", "-Tutf8"]):
            if shutil.which(linter[0]):
                said = run(*linter, page)
                must(not said, f"{linter[0]}: {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
