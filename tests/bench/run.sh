#!/usr/bin/env bash
# Measures the parser in memory and `parfastq convert` against what the machine can do, and prints tables.
#
#     bash tests/bench/run.sh [READS.fastq]      default: reads of 150 bases for the parser, 2 GiB made from
#                                                tests/data for convert
#
# Environment: BENCH_DIR where files go (default: a directory below /dev/shm), BENCH_RUNS (5), BENCH_RANKS ("1 2"),
# BENCH_THREADS ("1 2 4 8 16"), BENCH_BYTES of text for the parser ("100000000 1000000000"), BENCH_ROWS of its table (10),
# BENCH_WHAT ("parser convert inflate stats"; inflate, beside gzip and the like, and stats, beside seqkit and fastp where
# they are installed, go with convert).
# Every row is the median of BENCH_RUNS runs, taken in turn with those it is compared with. Output files lie in a
# memory file system unless BENCH_DIR says otherwise, and inputs are in the page cache, so that it is the program that
# is measured and not a disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=jobs/install.sh
source jobs/install.sh
allow_ranks_here
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

what=${BENCH_WHAT:-parser convert inflate stats}
threads_list=${BENCH_THREADS:-1 2 4 8 16}
bytes_list=${BENCH_BYTES:-100000000 1000000000}
runs=${BENCH_RUNS:-5}
ranks_list=${BENCH_RANKS:-1 2}
dir=$(mktemp -d "${BENCH_DIR:-/dev/shm}/parfastq-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT

build_in build-bench -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build-bench --target bench_limits bench_parser parfastq_command >/dev/null
limits=build-bench/tests/bench/bench_limits
parfastq=build-bench/parfastq

echo "machine: $(nproc --all) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(uname -sr)"
echo "$runs runs each; $("$parfastq" version)"

# ---- the parser, in memory ----

# Two tables of what was timed: in newline counts of as many threads, and GB/s; by wall and by processor time.
parser_table() {
    local field=$1 what=$2 bytes=$3
    awk -F '\t' -v bytes="$bytes" -v field="$field" -v what="$what" '
        !($1 in known) {known[$1] = 1; threads[++n] = $1}
        !($3 in row) {row[$3] = 1; name[++m] = $3}
        {cell[$3, $1] = $field " (" $(field + 1) ")"}
        END {
            printf "\n| %d MB in memory, %s time; threads:", bytes / 1e6, what
            for (i = 1; i <= n; i++) printf " | %s", threads[i]
            printf " |\n|---"
            for (i = 1; i <= n; i++) printf "|---"
            printf "|\n"
            for (k = 1; k <= m; k++) {
                printf "| %s", name[k]
                for (i = 1; i <= n; i++) printf " | %s", cell[name[k], threads[i]]
                printf " |\n"
            }
        }' "$dir/parser.$bytes"
}

if [[ " $what " == *" parser "* ]]; then
    for bytes in $bytes_list; do
        for threads in $threads_list; do
            build-bench/tests/bench/bench_parser "$bytes" "$threads" "$runs" "${BENCH_ROWS:-10}" "$@"
        done >"$dir/parser.$bytes"
        parser_table 4 wall "$bytes"
        parser_table 6 processor "$bytes"
    done
fi
[[ " $what " == *" convert "* ]] || exit 0

# ---- the command ----

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

echo
echo "text: $(stat -c %s "$reads") bytes, 1 thread a rank"
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

# Sizes and processor times of the files named in BENCH_SIZES, beside those of compressed text.
if [ -n "${BENCH_SIZES:-}" ]; then
    echo
    read -r -a sizes_of <<<"$BENCH_SIZES"
    PARFASTQ=$parfastq BENCH_RUNS=$runs bash tests/bench/sizes.sh "${sizes_of[@]}"
fi
# Compressed input, beside tools that only inflate.
if [[ " $what " == *" inflate "* ]]; then
    PARFASTQ=$parfastq BENCH_RUNS=$runs bash tests/bench/inflate.sh "$reads"
fi
[[ " $what " == *" stats "* ]] || exit 0

# ---- quality control ----

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
