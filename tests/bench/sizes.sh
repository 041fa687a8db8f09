#!/usr/bin/env bash
# Prints sizes and processor times of compressed HDF5 beside those of compressed text, as one table.
#
#     bash tests/bench/sizes.sh READS.fastq[.gz] ...        run.sh does it for each file it is given
#
# Environment: PARFASTQ the command (default: build-bench/parfastq), BENCH_RUNS (3), BENCH_DIR (below /dev/shm).
# Everything takes turns, two threads where a tool can; seconds are user + system of all threads and processes, medians,
# since on a shared machine wall time says more about the others. Tools that are not installed are left out.
set -euo pipefail
parfastq=${PARFASTQ:-build-bench/parfastq}
runs=${BENCH_RUNS:-3}
dir=$(mktemp -d "${BENCH_DIR:-/dev/shm}/parfastq-sizes.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive

ways=(
    "convert, fast|$parfastq convert -qf -o $dir/out READS"
    "convert, gzip:6|$parfastq convert -qf --compress gzip:6 -o $dir/out READS"
    "convert, fast, bin8|$parfastq convert -qf --quality bin8 -o $dir/out READS"
    "convert, fast, no names|$parfastq convert -qf --columns sequence,quality -o $dir/out READS"
    "bgzip -@2|bgzip -@2 -c READS"
    "gzip -6|gzip -6 -c READS"
    "zstd -3 -T2|zstd -3 -T2 -q -c READS"
    "igzip -1|igzip -1 -c READS"
)

# once COMMAND...: its seconds of processor time; the output is in $dir/out.
once() {
    rm -f "$dir/out"
    local TIMEFORMAT='%U %S'
    { time "$@" >"$dir/stdout" 2>"$dir/said"; } 2>&1 | awk '{print $1 + $2}'
    [ -e "$dir/out" ] || mv "$dir/stdout" "$dir/out"
}

median() {
    sort -g "$1" | awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}

echo "| reads | way | MB | of bgzip | seconds of processor |"
echo "|---|---|---|---|---|"
for reads in "$@"; do
    name=$(basename "$reads")
    text=$dir/${name%.gz}
    case $reads in *.gz) gzip -dc "$reads" >"$text" ;; *) cp "$reads" "$text" ;; esac
    rm -f "$dir"/took.* "$dir"/size.*
    for _ in $(seq "$runs"); do
        for i in "${!ways[@]}"; do
            command=${ways[$i]#*|}
            read -r -a words <<<"${command//READS/$text}"
            command -v "${words[0]}" >/dev/null || continue
            once "${words[@]}" >>"$dir/took.$i"
            stat -c %s "$dir/out" >"$dir/size.$i"
        done
    done
    bgzip_bytes=$(cat "$dir/size.4" 2>/dev/null || echo 0)
    for i in "${!ways[@]}"; do
        [ -e "$dir/took.$i" ] || continue
        awk -v reads="${name%%.*}" -v way="${ways[$i]%%|*}" -v bytes="$(cat "$dir/size.$i")" -v of="$bgzip_bytes" \
            -v took="$(median "$dir/took.$i")" 'BEGIN {
            printf "| %s | %s | %.2f | %s | %.2f |\n", reads, way, bytes / 1e6,
                of ? sprintf("%.2f", bytes / of) : "-", took}'
    done
    rm -f "$text"
done
