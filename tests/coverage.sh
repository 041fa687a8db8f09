#!/bin/sh
# Which lines and branches of the pure core the unit tests and the short fuzz runs reach: a table by
# room, and below it the lines that are not reached. Needs gcc and gcovr, or says so. Ends with 1 where
# fewer than 95 % of the lines are.
#
#     tests/coverage.sh [BUILD]          default: build-coverage
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$source/build-coverage}
rooms='base|scan|codec|gzip|plan|unpack|fastq|qc|filter|report'
least=95
log=$build/coverage.log
mkdir -p "$build"

for tool in gcc gcov gcovr cmake ctest python3; do
    if ! command -v "$tool" >/dev/null; then
        echo "coverage.sh: there is no $tool here (Debian and Ubuntu: apt-get install gcc gcovr cmake python3)" >&2
        exit 2
    fi
done

# Without optimization, so that lines are what was written.
CC=gcc cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_FLAGS='--coverage -fprofile-update=atomic' >"$log" 2>&1 || {
    cat "$log" >&2
    exit 2
}
cmake --build "$build" -j "$(getconf _NPROCESSORS_ONLN)" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    exit 2
}
find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" -R "^($rooms|fuzz)/|cli/names" -E 'report/(stat|other)' --output-on-failure >"$log" || {
    tail -n 40 "$log" >&2
    exit 1
}
gcovr --root "$source" --filter "$source/src/($rooms)/" --json "$build/coverage.json" \
    --gcov-ignore-parse-errors "$build" >/dev/null 2>"$log" || {
    cat "$log" >&2
    exit 2
}
python3 - "$build/coverage.json" $least <<'PYTHON'
import collections
import json
import sys

rooms = collections.defaultdict(lambda: [0, 0, 0, 0])
missed = []
for file in json.load(open(sys.argv[1]))["files"]:
    room = rooms[file["file"].split("/")[1]]
    lines = [line for line in file["lines"] if not line.get("gcovr/noncode")]
    unseen = [line["line_number"] for line in lines if not line["count"]]
    branches = [branch for line in lines for branch in line["branches"]]
    for i, n in enumerate((len(lines), len(lines) - len(unseen), len(branches),
                           sum(1 for branch in branches if branch["count"]))):
        room[i] += n
    if unseen:
        missed.append((file["file"], unseen))


def percent(part, whole):
    return f"{100 * part / whole:.1f}" if whole else "-"


total = [sum(column) for column in zip(*rooms.values())]
print(f"{'room':<10} {'lines':>7} {'reached':>8} {'%':>6} {'branches':>9} {'taken':>7} {'%':>6}")
for name, row in [*sorted(rooms.items()), ("all", total)]:
    print(f"{name:<10} {row[0]:>7} {row[1]:>8} {percent(row[1], row[0]):>6} {row[2]:>9} "
          f"{row[3]:>7} {percent(row[3], row[2]):>6}")
print("\nnot reached:")
for name, lines in sorted(missed):
    print(f"{name}: {' '.join(map(str, lines))}")
sys.exit(100 * total[1] < int(sys.argv[2]) * total[0])
PYTHON
