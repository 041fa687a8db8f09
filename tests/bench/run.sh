#!/usr/bin/env bash
# Measures `parfastq convert` against what the machine can do, and `parfastq stats` against the tools people use
# instead (seqkit, fastp; those that are not installed are left out), and prints a table of each.
#
#     bash tests/bench/run.sh [READS.fastq]      default: 2 GiB made from tests/data
#
# Environment: BENCH_DIR where files go (default: a directory below /dev/shm), BENCH_RUNS (5), BENCH_RANKS ("1 2").
# Every row is the median of BENCH_RUNS runs, taken in turn with those it is compared with. Output files lie in a
# memory file system unless BENCH_DIR says otherwise, and inputs are in the page cache, so that it is the program that
# is measured and not a disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=jobs/install.sh
source jobs/install.sh
allow_ranks_here
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

runs=${BENCH_RUNS:-5}
ranks_list=${BENCH_RANKS:-1 2}
dir=$(mktemp -d "${BENCH_DIR:-/dev/shm}/parfastq-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT

build_in build-bench -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build-bench --target bench_limits parfastq_command >/dev/null
limits=build-bench/tests/bench/bench_limits
parfastq=build-bench/parfastq

reads=${1:-}
if [ -z "$reads" ]; then
    reads=$dir/reads.fastq
    for _ in $(seq 64); do cat tests/data/sample_R1.fastq; done >"$dir/some.fastq"
    while [ "$(stat -c %s "$reads" 2>/dev/null || echo 0)" -lt 2147483648 ]; do
        cat "$dir/some.fastq" >>"$reads"
    done
fi
cat "$reads" >/dev/null

# median FILE: of the numbers in it, one a line.
median() {
    sort -g "$1" | awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}

# wall COMMAND...: seconds it took, as it says itself (start-up of MPI left out) and as seen from outside.
convert() {
    local ranks=$1 begin end
    rm -f "$dir/reads.h5"
    begin=$(date +%s.%N)
    mpirun -n "$ranks" "$parfastq" convert --no-progress -o "$dir/reads.h5" "$reads" 2>"$dir/said"
    end=$(date +%s.%N)
    sed -n 's/.* in \([0-9.]*\) s .*/\1/p' "$dir/said" >>"$dir/inside.$ranks"
    awk -v a="$begin" -v b="$end" 'BEGIN {print b - a}' >>"$dir/outside.$ranks"
}

# warm_memory: takes as much memory as an output needs and gives it back, so that each of those compared finds it
# as the others do. Virtual machines hand memory that has lain idle for seconds back to their host, and the first
# to touch it again pays.
warm_memory() {
    rm -f "$dir/reads.h5" "$dir/limit"
    "$limits" write "$dir/limit" "$(stat -c %s "$reads")" 1 >/dev/null
    rm -f "$dir/limit"
}

for ranks in $ranks_list; do
    for _ in $(seq "$runs"); do
        warm_memory
        convert "$ranks"
        bytes=$(stat -c %s "$dir/reads.h5")
        warm_memory
        "$limits" write "$dir/limit" "$bytes" "$ranks" >>"$dir/write.$ranks"
        warm_memory
        "$limits" copy "$reads" "$dir/limit" "$ranks" >>"$dir/copy.$ranks"
        "$limits" read "$reads" "$ranks" >>"$dir/read.$ranks"
    done
done

echo "machine: $(nproc --all) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(uname -sr)"
echo "text: $(stat -c %s "$reads") bytes; $runs runs each; $("$parfastq" version), 1 thread a rank"
echo
echo "| ranks | convert / pwrite | convert / copy | convert s | with mpirun s | pwrite s | copy s | read s |"
echo "|---|---|---|---|---|---|---|---|"
for ranks in $ranks_list; do
    awk -v n="$ranks" -v inside="$(median "$dir/inside.$ranks")" \
        -v outside="$(median "$dir/outside.$ranks")" -v write="$(median "$dir/write.$ranks")" \
        -v copy="$(median "$dir/copy.$ranks")" -v read="$(median "$dir/read.$ranks")" 'BEGIN {
        printf "| %d | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |\n",
            n, inside / write, inside / copy, inside, outside, write, copy, read}'
done

# took NAME COMMAND...: wall and processor seconds of a run, to $dir/stats.NAME.
took() {
    local name=$1
    shift
    command time -a -o "$dir/stats.$name" -f "%e %U %S" "$@" >/dev/null 2>&1
}

# Quality control: all in turn, with as many threads each.
threads=$(nproc)
declare -A tools=(
    [validate]="$parfastq validate -q -t $threads $reads"
    [stats]="$parfastq stats -q -t $threads $reads"
    [stats --json]="$parfastq stats -q -f -t $threads --json $dir/qc.json $reads"
)
names=(validate stats "stats --json")
if command -v seqkit >/dev/null; then
    tools[seqkit stats -a]="seqkit stats -a -j $threads $reads"
    names+=("seqkit stats -a")
fi
if command -v fastp >/dev/null; then
    tools[fastp]="fastp -i $reads -A -Q -L -G -w $threads --json $dir/fastp.json --html $dir/fastp.html"
    names+=(fastp)
fi
for _ in $(seq "$runs"); do
    for name in "${names[@]}"; do
        # shellcheck disable=SC2086  # words of a command
        OMP_WAIT_POLICY=passive took "$name" ${tools[$name]}
    done
done

# column NAME FORMULA: the median of it over the runs.
column() {
    awk "{print $2}" "$dir/stats.$1" >"$dir/column"
    median "$dir/column"
}

all=$(column "stats --json" '$1')
all_cpu=$(column "stats --json" '$2 + $3')
echo
echo "| $threads threads | seconds | processor seconds | of stats --json | processor time of stats --json |"
echo "|---|---|---|---|---|"
for name in "${names[@]}"; do
    awk -v name="$name" -v wall="$(column "$name" '$1')" -v cpu="$(column "$name" '$2 + $3')" \
        -v all="$all" -v all_cpu="$all_cpu" 'BEGIN {
        printf "| %s | %.2f | %.2f | %.2f | %.2f |\n", name, wall, cpu, wall / all, cpu / all_cpu}'
done
