#!/usr/bin/env python3
"""Far more ranks than cores give the same datasets, stored chunks and statistics as one rank.

    test_many_ranks.py --mpiexec MPIRUN --command PARFASTQ --many MANY --data DIRECTORY --ranks N

Small slices, so that most ranks have a part in each of a few rounds, of plain text and of gzip, which
one rank inflates or all; and a round of fewer records than ranks.
"""

import argparse
import gzip
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "errors"), str(TESTS / "support")]
import columns
import many
from wrong import conclude, wrong

SECONDS = 800
ROUNDS = 2


def jobs(data, directory, ranks):
    """(name, mates, options) of each run."""
    mates = [data / f"sample_R{mate}.fastq" for mate in (1, 2)]
    packed = []
    for path in mates:
        packed.append(directory / f"{path.name}.gz")
        packed[-1].write_bytes(gzip.compress(path.read_bytes(), 6, mtime=0))
    few = directory / "few.fastq"
    few.write_bytes(b"".join(mates[0].read_bytes().splitlines(True)[:4 * (ranks // 3)]))
    options = ["qc", "index-names"]
    return [("plain", [[path] for path in mates], options),
            ("as it is", [[path] for path in mates], ["qc", "compress=none"]),
            ("gzip in parallel", [[path] for path in packed], [*options, "inflate=parallel"]),
            ("gzip from the front", [[path] for path in packed], [*options, "inflate=serial"]),
            ("few", [[few]], options)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ranks", type=int, required=True)
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        work, outs = [], {}
        listed = jobs(arguments.data, directory, arguments.ranks)
        for ranks in (1, arguments.ranks):
            for number, (_, mates, options) in enumerate(listed):
                text = sum(path.stat().st_size for mate in mates for path in mate)
                layout = many.SERIAL._replace(
                    ranks=ranks, slice_bytes=many.MIB if ranks == 1 else text // (ROUNDS * ranks))
                outs[ranks, number] = directory / f"{ranks}_{number}.h5"
                work.append((ranks, many.job_line("convert", layout, mates, outs[ranks, number],
                                                  options)))
        answers = machine.run_many(work, SECONDS)
        for (ranks, line), answer in zip(work, answers):
            if answer.code != 0 or not answer.agreed:
                sys.exit(f"{ranks} ranks, {line}: exit code {answer.code}: {answer.lines}")
        for number, (what, _, _) in enumerate(listed):
            one, other = outs[1, number], outs[arguments.ranks, number]
            for content in (columns.everything, columns.stored_chunks):
                if content(one) != content(other):
                    wrong(f"{what}: {content.__name__} of 1 and of {arguments.ranks} ranks differ")
    return conclude(f"{len(listed)} inputs, 1 and {arguments.ranks} ranks: ")


if __name__ == "__main__":
    sys.exit(main())
