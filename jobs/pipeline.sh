#!/usr/bin/env bash
# One sample from FASTQ to an analysis: convert, quality control, and a Python step on the HDF5 file, each a
# job that begins when the one before has succeeded.
#
#     bash jobs/pipeline.sh [--dry-run] [--sbatch WORDS]... RESULTS WORD...
#
# The words are those of `parfastq convert` but for -o, for example -1 R1.fastq -2 R2.fastq. In the
# directory RESULTS there are then reads.h5, qc.html, qc.json, by_position.tsv and the logs.
# --sbatch gives the conversion other resources: --sbatch '--nodes=8 --time=04:00:00'. --dry-run prints what
# would be submitted. If a step fails, those behind it are cancelled. The numbers of the jobs are printed.
set -euo pipefail
jobs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=jobs/site.sh
source "${PARFASTQ_SITE:-$jobs/site.sh}" # the account and the partition, for sbatch

dry=0 resources=()
while [ $# -gt 0 ]; do
    case $1 in
    --dry-run) dry=1 ;;
    --sbatch)
        read -r -a words <<<"${2:-}"
        resources+=("${words[@]}")
        shift
        ;;
    --sbatch=*)
        read -r -a words <<<"${1#--sbatch=}"
        resources+=("${words[@]}")
        ;;
    *) break ;;
    esac
    shift
done
if [ $# -lt 2 ]; then
    echo "pipeline.sh: a directory for the results and the words of parfastq convert are expected" >&2
    exit 2
fi
results=$1
shift

# submit STEP WORD...: submits a job and sets `job` to its number; in a dry run, to the name of the step.
submit() {
    local step=$1
    shift
    local command=(sbatch --parsable "--output=$results/%x-%j.log" "$@")
    if [ "$dry" = 1 ]; then
        printf '%q ' "${command[@]}"
        echo
        job=$step
    else
        job=$("${command[@]}")
        job=${job%%;*} # where there are several clusters, the name of one follows
        echo "$step $job"
    fi
}

[ "$dry" = 1 ] || mkdir -p "$results"
submit convert "${resources[@]}" "$jobs/convert.sbatch" -o "$results/reads.h5" "$@"
after=(--kill-on-invalid-dep=yes)
submit stats "${after[@]}" "--dependency=afterok:$job" "$jobs/stats.sbatch" --force \
    --html "$results/qc.html" --json "$results/qc.json" "$results/reads.h5"
submit analyse "${after[@]}" "--dependency=afterok:$job" "$jobs/analyse.sbatch" \
    "$results/reads.h5" "$results/by_position.tsv"
