#!/usr/bin/env bash
# How fast compressed reads are read: `parfastq validate`, which inflates and checks every record, beside tools that only
# inflate. Prints a table of medians; times are of all threads together (processor) and by the clock (wall).
#
#     bash tests/bench/inflate.sh READS.fastq
#
# Environment: PARFASTQ (build/parfastq), BENCH_RUNS (5), BENCH_DIR (/dev/shm), BENCH_THREADS_INFLATE (all CPUs).
set -euo pipefail
reads=$1
parfastq=${PARFASTQ:-build/parfastq}
runs=${BENCH_RUNS:-5}
threads=${BENCH_THREADS_INFLATE:-$(nproc)}
dir=$(mktemp -d "${BENCH_DIR:-/dev/shm}/parfastq-inflate.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

gzip -6 -c "$reads" >"$dir/one.gz"
bgzip -@ "$threads" -c "$reads" >"$dir/blocks.gz"
ln "$dir/one.gz" "$dir/new.gz"
ln "$dir/one.gz" "$dir/indexed.gz" # an index is used wherever there is one
"$parfastq" validate -q --index "$dir/indexed.gz"

declare -A commands=(
    [one, parfastq serial]="$parfastq validate -q -t $threads --inflate serial $dir/one.gz"
    [one, parfastq parallel]="$parfastq validate -q -t $threads --inflate parallel $dir/one.gz"
    [one, parfastq by an index]="$parfastq validate -q -t $threads $dir/indexed.gz"
    [one, parfastq by an index, 1 thread]="$parfastq validate -q -t 1 $dir/indexed.gz"
    [one, parfastq writes an index]="$parfastq validate -q -t $threads --index $dir/new.gz"
    [one, gzip]="gzip -dc $dir/one.gz"
    [blocks, parfastq]="$parfastq validate -q -t $threads $dir/blocks.gz"
    [blocks, bgzip]="bgzip -@ $threads -dc $dir/blocks.gz"
    [text, parfastq]="$parfastq validate -q -t $threads $reads"
)
for tool in pigz igzip rapidgzip; do
    if command -v "$tool" >/dev/null; then
        commands[one, $tool]="$tool -dc $dir/one.gz"
    fi
done
mapfile -t names < <(printf '%s\n' "${!commands[@]}" | sort)

for _ in $(seq "$runs"); do
    for i in "${!names[@]}"; do
        rm -f "$dir/new.gz.pfqi"
        # shellcheck disable=SC2086  # words of a command
        command time -a -o "$dir/times.$i" -f "%e %U %S" ${commands[${names[$i]}]} >/dev/null
    done
done

# median FORMULA FILE
median() {
    awk "{print $1}" "$2" | sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

bytes=$(stat -c %s "$reads")
echo
echo "$bytes bytes of text; one member of $(stat -c %s "$dir/one.gz"), its index $(stat -c %s "$dir/indexed.gz.pfqi"), BGZF of $(stat -c %s "$dir/blocks.gz"); $threads threads"
echo
echo "| | seconds | processor seconds | MB of text a second | and a processor second |"
echo "|---|---|---|---|---|"
for i in "${!names[@]}"; do
    awk -v name="${names[$i]}" -v bytes="$bytes" -v wall="$(median '$1' "$dir/times.$i")" \
        -v cpu="$(median '$2 + $3' "$dir/times.$i")" 'BEGIN {
        printf "| %s | %.2f | %.2f | %.0f | %.0f |\n", name, wall, cpu, bytes / 1e6 / wall, bytes / 1e6 / cpu}'
done
