#!/usr/bin/env python3
"""What the tools people use say of the same files: seqkit, fastp, FastQC are equal where they count
the same, and MultiQC finds our samples. Those that are not installed are passed over.

    check_tools.py PARFASTQ DATA [READS.fastq ...]

Differences that are meant, and not looked at here: FastQC's duplication is of the first 100,000
different sequences, ours of a sample of all; its groups of positions in reads of more than 659 bases
are means over positions, ours over bases; before 0.12 its tiles are of every tenth read from the
beginning, it cuts only reads of more than 75 bases to 50, and has other adapters.
"""

import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from wrong import conclude, wrong
from wrong import expect as expect_equal

TOOLS = {tool: shutil.which(tool) for tool in ("seqkit", "fastp", "fastqc", "multiqc")}


def expect(what, got, want, near=1e-6):
    try:
        same = math.isclose(float(got), float(want), rel_tol=near, abs_tol=near)
        same = same or (math.isnan(float(got)) and math.isnan(float(want)))
    except (TypeError, ValueError):
        same = got == want
    expect_equal(what, got, want, same)


def run(*words, **how):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=600, **how)


def check_seqkit(program, path):
    theirs, ours = (run(*words).stdout.splitlines() for words in (
        (TOOLS["seqkit"], "stats", "-a", "-T", path), (program, "stats", "--tsv", path)))
    theirs, ours = (dict(zip(rows[0].split("\t"), rows[1].split("\t"))) for rows in (theirs, ours))
    for column, value in theirs.items():
        if column in ours and column != "type":
            expect(f"{path.name}: seqkit's {column}", ours[column], value, near=1e-3)
    expect(f"{path.name}: columns of seqkit", {"num_seqs", "sum_len", "N50", "Q20(%)", "GC(%)"} <=
           theirs.keys() & ours.keys(), True)


def check_fastp(program, path, directory):
    report = directory / "fastp.json"
    ended = run(TOOLS["fastp"], "-i", path, "-A", "-Q", "-L", "-G", "--json", report, "--html",
                "/dev/null")
    if ended.returncode != 0:
        return  # it refuses reads that are longer than it has room for
    before = json.loads(report.read_text())["summary"]["before_filtering"]
    said = said_of(program, path, directory)
    expect(f"{path.name}: fastp's reads", said["reads"], before["total_reads"])
    expect(f"{path.name}: fastp's bases", said["bases"], before["total_bases"])
    expect(f"{path.name}: fastp's q20", said["q20_bases"], before["q20_bases"])
    expect(f"{path.name}: fastp's q30", said["q30_bases"], before["q30_bases"])
    kinds = said["bases_by_kind"]
    expect(f"{path.name}: fastp's GC", (kinds["G"] + kinds["C"]) / max(said["bases"], 1),
           before["gc_content"], near=1e-5)


def said_of(program, path, directory):
    out = directory / "said.json"
    ended = run(program, "stats", "-q", "-f", "--json", out, "--fastqc", directory / "ours", path)
    expect(f"{path.name}: exit code", ended.returncode, 0)
    return json.loads(out.read_text())["inputs"][0]


def sections_of(path):
    sections, rows = {}, None
    for line in path.read_text().splitlines():
        if line == ">>END_MODULE":
            rows = None
        elif line.startswith(">>"):
            rows = sections[line[2:].split("\t")[0]] = [[line.split("\t")[1]]]
        elif rows is not None:
            rows.append(line.split("\t"))
    return sections


def check_fastqc(program, path, directory):
    run(TOOLS["fastqc"], "--extract", "-q", "-o", directory, path)
    data = directory / f"{path.stem}_fastqc" / "fastqc_data.txt"
    if not data.exists():
        return  # no Java
    said = said_of(program, path, directory)
    theirs = sections_of(data)
    ours = sections_of(directory / "ours" / data.parent.name / data.name)
    same = ["Per sequence quality scores", "Per base sequence content", "Per sequence GC content",
            "Per base N content", "Sequence Length Distribution"]
    if said["positions"]["scale"] == 1:
        same.append("Per base sequence quality")
    for name in same:
        expect(f"{path.name}: rows of {name}", len(ours[name]), len(theirs[name]))
        for mine, yours in zip(ours[name], theirs[name]):
            for a, b in zip(mine, yours):
                expect(f"{path.name}: {name} {yours[0]}", a, b)
    mine, yours = (dict(row[:2] for row in sections["Basic Statistics"][1:])
                   for sections in (ours, theirs))
    for key in ("Encoding", "Total Sequences", "Sequence length", "%GC"):
        expect(f"{path.name}: {key}", mine[key], yours[key])


def check_multiqc(program, data, directory):
    run(program, "stats", "-q", "-f", "--fastqc", directory / "mates", "-1",
        data / "sample_R1.fastq", "-2", data / "sample_R2.fastq")
    out = directory / "multiqc"
    ended = run(TOOLS["multiqc"], "--no-ansi", "-f", "-m", "fastqc", "-o", out, directory / "mates")
    table = out / "multiqc_data" / "multiqc_fastqc.txt"
    expect("MultiQC's exit code", ended.returncode, 0)
    if not table.exists():
        wrong(f"MultiQC found nothing: {ended.stderr[-500:]}")
        return
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    found = {row[0]: dict(zip(rows[0], row)) for row in rows[1:]}
    expect("MultiQC's samples", sorted(found), ["sample_R1", "sample_R2"])
    for row in found.values():
        expect("MultiQC's reads", row["Total Sequences"], 2000)
        expect("MultiQC's verdict", row["basic_statistics"], "pass")
    log = ended.stdout + ended.stderr
    expect("MultiQC complains", [line for line in log.splitlines()
                                 if "ERROR" in line or "Traceback" in line], [])


def main():
    program, data = sys.argv[1], Path(sys.argv[2])
    files = [data / "sample_R1.fastq", data / "sample_R2.fastq",
             *map(Path, sys.argv[3:])]
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for path in files:
            if TOOLS["seqkit"]:
                check_seqkit(program, path)
            if TOOLS["fastp"]:
                check_fastp(program, path, directory)
            if TOOLS["fastqc"]:
                check_fastqc(program, path, directory)
        if TOOLS["multiqc"]:
            check_multiqc(program, data, directory)
    missing = ", ".join(tool for tool, where in TOOLS.items() if not where) or "none"
    return conclude(remark=f"; not installed: {missing}")


if __name__ == "__main__":
    sys.exit(main())
