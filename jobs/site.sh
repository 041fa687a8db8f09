# What differs between clusters, in one place. Copy this file, change it, and name the copy in
# PARFASTQ_SITE; or set the variables before submitting.
#
# To be sourced by bash inside a SLURM allocation.
# shellcheck shell=bash

# How ranks are started: srun (SLURM starts them) or mpirun (Open MPI does, inside the allocation).
PARFASTQ_LAUNCH=${PARFASTQ_LAUNCH:-srun}

# The process manager of srun. Debian's Open MPI speaks PMIx only; `srun --mpi=list` shows yours.
PARFASTQ_SRUN_MPI=${PARFASTQ_SRUN_MPI:-pmix}

# The command: on the PATH, or where it was built.
PARFASTQ=${PARFASTQ:-parfastq}

# The modules of this site, with their versions: the ones parfastq was built with. For example
#     site_modules=(gcc/12.2 openmpi/4.1.5 hdf5/1.14.3-mpi)
site_modules=()

# Loads the modules. Module functions are not all safe under `set -u`.
site_load_modules() {
    [ "${#site_modules[@]}" -gt 0 ] || return 0
    if ! command -v module >/dev/null; then
        echo "site.sh: there is no module command here to load ${site_modules[*]}" >&2
        return 3
    fi
    set +u
    module purge
    module load "${site_modules[@]}"
    set -u
}

# Threads of each rank: the cores SLURM gave to a task, never those of the node.
site_set_threads() {
    export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
    export SRUN_CPUS_PER_TASK=$OMP_NUM_THREADS # since 22.05 srun does not take it from sbatch
    unset SLURM_EXPORT_ENV # else ranks of `sbatch --export=NONE` would have no PATH
}

# Says what is wrong with the settings above before ranks are started.
site_check() {
    local command
    for command in "$PARFASTQ_LAUNCH" "$PARFASTQ"; do
        if ! command -v "$command" >/dev/null; then
            echo "site.sh: $command is not to be found; see PARFASTQ and PATH" >&2
            return 3
        fi
    done
    if [ "$PARFASTQ_LAUNCH" = srun ] && ! srun --mpi=list 2>&1 | grep -qw "$PARFASTQ_SRUN_MPI"; then
        echo "site.sh: this srun has no --mpi=$PARFASTQ_SRUN_MPI; see srun --mpi=list" >&2
        return 3
    fi
}

# site_launch COMMAND...: one rank for each task of the allocation.
site_launch() {
    case $PARFASTQ_LAUNCH in
    srun)
        # Each task has cores of its own; its threads stay next to each other on them.
        OMP_PLACES=cores OMP_PROC_BIND=close srun --mpi="$PARFASTQ_SRUN_MPI" "$@"
        ;;
    mpirun)
        # Ranks may use all cores of the allocation on their node, so threads must not be bound:
        # the first threads of all ranks would meet on the same cores.
        mpirun --bind-to none -x OMP_NUM_THREADS "$@"
        ;;
    *)
        echo "site.sh: PARFASTQ_LAUNCH is srun or mpirun, not $PARFASTQ_LAUNCH" >&2
        return 2
        ;;
    esac
}
