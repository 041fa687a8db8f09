# What the job scripts share: settings and modules, starting ranks, stopping in time and going on later,
# and the disks of the nodes.
#
# To be sourced by bash inside a SLURM job, with PARFASTQ_JOBS naming the directory of this file. Nothing
# happens until a function is called. Exit codes are those of parfastq: 0 good, 1 the data are bad, 2 wrong
# use, 3 the machine failed.
# shellcheck shell=bash

# job_fail CODE SENTENCE...: ends the job.
job_fail() {
    local code=$1
    shift
    echo "${job_script:-$SLURM_JOB_NAME}: $*" >&2
    exit "$code"
}

# ---- the beginning of every job ----

# job_begin SCRIPT: reads the settings, loads modules, finds the command, and says what the job was given.
job_begin() {
    job_script=$1
    local site=${PARFASTQ_SITE:-$PARFASTQ_JOBS/site.sh}
    [ -r "$site" ] || job_fail 2 "cannot read $site; see PARFASTQ_SITE"
    # shellcheck source=jobs/site.sh
    source "$site"
    job_load_modules
    job_set_threads
    echo "job      $SLURM_JOB_ID ($job_script) on $SLURM_JOB_NODELIST, start $((${SLURM_RESTART_COUNT:-0} + 1))"
}

# Module functions are not all safe under `set -u`.
job_load_modules() {
    [ "${#site_modules[@]}" -gt 0 ] || return 0
    command -v module >/dev/null ||
        job_fail 3 "there is no module command here to load ${site_modules[*]}"
    set +u
    module purge
    module load "${site_modules[@]}"
    set -u
}

# Threads of each rank: the cores SLURM gave to a task, never those of the node.
job_set_threads() {
    export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
    export SRUN_CPUS_PER_TASK=$OMP_NUM_THREADS # since 22.05 srun does not take it from sbatch
    unset SLURM_EXPORT_ENV # else ranks of `sbatch --export=NONE` would have no PATH
}

# job_find_command: sets PARFASTQ to what can be started, and makes sure of the launcher.
job_find_command() {
    local candidate found='' candidates=("$PARFASTQ")
    [ -n "$PARFASTQ" ] ||
        candidates=(parfastq "$PARFASTQ_JOBS/../../../bin/parfastq" "$PARFASTQ_JOBS/../build/parfastq")
    for candidate in "${candidates[@]}"; do
        [ -n "$found" ] || found=$(command -v "$candidate") || true
    done
    [ -n "$found" ] || job_fail 3 "${candidates[0]} is not to be found; see PARFASTQ in site.sh"
    PARFASTQ=$(realpath "$found")
    command -v "$PARFASTQ_LAUNCH" >/dev/null || job_fail 3 "$PARFASTQ_LAUNCH is not to be found"
    if [ "$PARFASTQ_LAUNCH" = srun ] && ! srun --mpi=list 2>&1 | grep -qw "$PARFASTQ_SRUN_MPI"; then
        job_fail 3 "this srun has no --mpi=$PARFASTQ_SRUN_MPI; see srun --mpi=list"
    fi
}

# ---- starting ranks ----

# job_exec NODES RANKS-PER-NODE COMMAND...: becomes the launcher. With 0 0 it starts one rank for each task
# of the allocation.
job_exec() {
    local nodes=$1 each=$2 words=()
    shift 2
    # Else each rank whose threads would spin is loaded twice, from a file system that all of them share.
    export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
    case $PARFASTQ_LAUNCH in
    srun)
        # Where SLURM gives each task cores of its own, its threads stay next to each other on them. Where it
        # does not, threads that are bound would be the same for all tasks of a node.
        if job_tasks_are_bound; then
            export OMP_PLACES=${OMP_PLACES:-cores} OMP_PROC_BIND=${OMP_PROC_BIND:-close}
        fi
        [ "$nodes" = 0 ] || words=("--nodes=$nodes" "--ntasks=$((nodes * each))" "--ntasks-per-node=$each")
        exec srun --mpi="$PARFASTQ_SRUN_MPI" "${words[@]}" "$@"
        ;;
    mpirun)
        # Ranks may use all cores of the allocation on their node, so threads must not be bound: the first
        # threads of all ranks would meet on the same cores.
        if mpirun --version 2>&1 | grep -q 'Open MPI\|OpenRTE'; then
            [ "$nodes" = 0 ] || words=(-n "$((nodes * each))" --map-by "ppr:$each:node")
            exec mpirun --bind-to none -x OMP_NUM_THREADS -x OMP_WAIT_POLICY "${words[@]}" "$@"
        fi
        [ "$nodes" = 0 ] || words=(-n "$((nodes * each))" -ppn "$each")
        exec mpirun "${words[@]}" "$@"
        ;;
    *)
        job_fail 2 "PARFASTQ_LAUNCH is srun or mpirun, not $PARFASTQ_LAUNCH"
        ;;
    esac
}

job_tasks_are_bound() {
    scontrol show config | grep -q '^TaskPlugin .*\(affinity\|cgroup\)'
}

# job_run COMMAND...: runs it with all ranks, and tells how it went. Returns its exit code. A warning of
# SLURM (--signal=B:USR1@...) or a preemption (TERM) on the way is handed to all ranks as USR1, which asks
# them to stop at the next round; it sets job_stopped. The launcher runs in the background, because bash
# handles a signal only when the program in the foreground has ended.
job_run() {
    local status=0
    echo "ranks    ${SLURM_NTASKS:-1} of $OMP_NUM_THREADS threads, by $PARFASTQ_LAUNCH"
    echo "command  $*"
    echo "begin    $(date -u +%FT%TZ)"
    job_stopped=0 job_pid=
    trap job_stop USR1 TERM
    (job_exec 0 0 "$@") &
    job_pid=$!
    job_wait "$job_pid" || status=$?
    trap - USR1 TERM
    echo "end      $(date -u +%FT%TZ), exit code $status"
    return "$status"
}

# The launcher gets USR1 in any case, and never TERM: srun kills all ranks at once when it is told to end,
# mpirun two seconds later. Both forward USR1.
job_stop() {
    job_stopped=1 job_interrupted=1
    echo "stop     $(date -u +%FT%TZ), ranks are asked to stop"
    [ -z "$job_pid" ] || kill -USR1 "$job_pid" 2>/dev/null || true
}

# `wait` ends early, with a code above 128, when a trap runs; the child is then still there to be waited for.
job_wait() {
    local status
    while :; do
        job_interrupted=0 status=0
        wait "$1" || status=$?
        [ "$job_interrupted" = 1 ] || return "$status"
    done
}

# ---- stopping in time, and going on ----

# job_convert WORD...: `parfastq convert`, again and again if need be. Ranks that are stopped leave
# OUTPUT.checkpoint, OUTPUT.partial and no OUTPUT; the same command goes on from there. The job puts itself into the queue
# again, at most PARFASTQ_RESTARTS times; it keeps its number. Returns the exit code of the job.
job_convert() {
    local output status=0 resume=(--resume)
    output=$(job_output "$@") || job_fail 2 "no output: name the HDF5 file with -o"
    if [ "$PARFASTQ_RESTARTS" = 0 ]; then
        resume=()
    elif [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ] && [ -e "$output" ] && [ ! -e "$output.checkpoint" ]; then
        echo "done     $output was complete when the job was started again"
        return 0
    fi
    job_stage "$output" "$@"
    job_run "$PARFASTQ" convert "${resume[@]}" "${job_words[@]}" || status=$?
    job_unstage "$output" || status=$?
    if job_is_unfinished "$output" "$status"; then
        status=0
        job_requeue "$output" || status=$?
    fi
    return "$status"
}

# job_is_unfinished OUTPUT CODE: whether something is left to do: a checkpoint, or ranks that were ended
# before they could write one.
job_is_unfinished() {
    [ "$PARFASTQ_RESTARTS" != 0 ] || return 1
    if [ -e "$1.checkpoint" ]; then
        [ "$2" = 0 ] || [ "$job_stopped" = 1 ]
    else
        [ "$2" -gt 128 ] && [ "$job_stopped" = 1 ]
    fi
}

# job_requeue OUTPUT: returns 3 if the job has been started often enough. The identity of a task of an array
# is two numbers: its own one may be that of the whole array.
job_requeue() {
    local id=$SLURM_JOB_ID
    [ -z "${SLURM_ARRAY_TASK_ID:-}" ] || id=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
    if [ "${SLURM_RESTART_COUNT:-0}" -ge "$PARFASTQ_RESTARTS" ]; then
        echo "$job_script: $1 is unfinished after ${SLURM_RESTART_COUNT:-0} restarts, which is the most" \
            "PARFASTQ_RESTARTS allows; submit the same job again to go on" >&2
        return 3
    fi
    echo "requeue  $id, to go on"
    scontrol requeue "$id"
}

# ---- the words of `parfastq convert` ----

# job_output WORD...: prints the output they name.
job_output() {
    local found=
    while [ $# -gt 0 ]; do
        case $1 in
        -o | --output) found=${2:-} ;;
        --output=*) found=${1#--output=} ;;
        -o*) found=${1#-o} ;;
        --) break ;;
        esac
        shift
    done
    [ -n "$found" ] || return 1
    printf '%s\n' "$found"
}

# job_names_file WORD BEFORE: sets job_path to the file that a word names, if it names one that is read, and
# job_option to what stands before the name in the same word. BEFORE is the word before it.
job_names_file() {
    job_option='' job_path=$1
    case $1 in
    --read[1-4]=*) job_option=${1%%=*}= job_path=${1#*=} ;;
    -[1-4]?*) job_option=${1:0:2} job_path=${1:2} ;;
    -*) return 1 ;;
    esac
    [ "$2" != -o ] && [ "$2" != --output ] && [ -f "$job_path" ]
}

# ---- the disks of the nodes ----

# job_on_each_node COMMAND...: once on every node of the job, at the same time.
job_on_each_node() {
    srun --mpi=none --nodes="$SLURM_NNODES" --ntasks="$SLURM_NNODES" --ntasks-per-node=1 "$@"
}

# job_stage OUTPUT WORD...: does what PARFASTQ_STAGE says, and sets job_words to the words that then name
# the files, and job_staged to the output they name. The copies are removed when the script ends.
job_stage() {
    local output=$1 stage=" $PARFASTQ_STAGE "
    shift
    job_words=("$@") job_staged=$output
    [ -n "$PARFASTQ_STAGE" ] || return 0
    job_local=$PARFASTQ_LOCAL/parfastq-$SLURM_JOB_ID
    trap job_clean EXIT
    job_on_each_node mkdir -p "$job_local" || job_fail 3 "cannot write to $PARFASTQ_LOCAL on each node; see PARFASTQ_LOCAL"
    case $stage in *' input '*) job_stage_input "$@" ;; esac
    case $stage in *' output '*) job_stage_output "$output" "${job_words[@]}" ;; esac
}

# Every node gets a copy of every input, each in a directory of its own: names may be the same.
job_stage_input() {
    local word before='' copy n=0
    job_words=()
    for word in "$@"; do
        if job_names_file "$word" "$before"; then
            n=$((n + 1)) copy=$job_local/$n/$(basename "$job_path")
            echo "stage    $job_path to $copy"
            # Under a name of the node's own first: PARFASTQ_LOCAL may be one directory that nodes share.
            # shellcheck disable=SC2016  # for the other shell
            job_on_each_node sh -c 'mkdir -p "$(dirname "$2")" && cp -p "$1" "$2.$SLURM_NODEID" && mv -f "$2.$SLURM_NODEID" "$2"' \
                sh "$job_path" "$copy" ||
                job_fail 3 "cannot copy $job_path to the nodes"
            word=$job_option$copy
        fi
        job_words+=("$word") before=$word
    done
}

# The output is written beside the node's other files; so are the checkpoint, and what it speaks of. An
# output that exists already is left to parfastq, which refuses it or replaces it.
job_stage_output() {
    local output=$1 file i
    shift
    [ "$SLURM_NNODES" = 1 ] ||
        job_fail 2 "the ranks of $SLURM_NNODES nodes write one output: it cannot be on the disk of a node"
    [ ! -e "$output" ] || return 0
    job_staged=$job_local/output/$(basename "$output")
    mkdir -p "$job_local/output"
    for file in "$output.partial" "$output.checkpoint"; do
        [ ! -f "$file" ] || cp -p "$file" "$job_local/output/"
    done
    for ((i = 0; i < ${#job_words[@]}; i++)); do
        case ${job_words[i]} in
        -o | --output) job_words[i + 1]=$job_staged ;;
        --output=*) job_words[i]=--output=$job_staged ;;
        -o*) job_words[i]=-o$job_staged ;;
        esac
    done
    echo "stage    $output is written as $job_staged"
}

# job_unstage OUTPUT: brings back what is at job_staged: the output, which appears when it is complete, or
# its checkpoint, behind the rows that it speaks of. The copies on the nodes are removed.
job_unstage() {
    local output=$1 file target status=0
    [ -n "$PARFASTQ_STAGE" ] || return 0
    if [ "$job_staged" != "$output" ]; then
        for file in "$job_staged" "$job_staged.partial" "$job_staged.checkpoint"; do
            [ -f "$file" ] || continue
            target=$(dirname "$output")/$(basename "$file")
            { cp -p "$file" "$target.copy-$SLURM_JOB_ID" && mv "$target.copy-$SLURM_JOB_ID" "$target"; } || status=3
        done
        [ ! -e "$output" ] || rm -f "$output.checkpoint" "$output.partial"
    fi
    trap - EXIT
    [ "$status" != 0 ] || job_clean # what could not be copied is still there to be looked at
    return "$status"
}

job_clean() {
    trap - EXIT
    job_on_each_node rm -rf "$job_local" || echo "warning: $job_local may still be on the nodes" >&2
}
