# What differs between clusters, in one place, and the one file here that a site edits. Either change it, or
# copy it and name the copy in PARFASTQ_SITE; each setting can also be given in the environment.
#
# Every script reads it inside its job. The account and the partition are needed before that, when a job is
# submitted: jobs/pipeline.sh takes them from here; for sbatch by hand, `source jobs/site.sh` first.
# shellcheck shell=bash

# Who pays, and where jobs run; sbatch reads these names. Empty: as the site does without them.
site_account=${PARFASTQ_ACCOUNT:-}
site_partition=${PARFASTQ_PARTITION:-}
[ -z "$site_account" ] || export SBATCH_ACCOUNT=$site_account
[ -z "$site_partition" ] || export SBATCH_PARTITION=$site_partition

# The modules of this site, with their versions: the ones parfastq was built with. For example
#     site_modules=(gcc/12.2 openmpi/4.1.5 hdf5/1.14.3-mpi)
# shellcheck disable=SC2034  # read by lib.sh
site_modules=()

# How ranks are started: srun (SLURM starts them) or mpirun (of the MPI library, inside the allocation).
PARFASTQ_LAUNCH=${PARFASTQ_LAUNCH:-srun}

# The process manager of srun: pmix for Open MPI, pmi2 for MPICH; `srun --mpi=list` shows yours.
PARFASTQ_SRUN_MPI=${PARFASTQ_SRUN_MPI:-pmix}

# The command. Empty: the one on the PATH, else the one that was installed or built beside these scripts.
PARFASTQ=${PARFASTQ:-}

# A Python 3 with numpy and h5py, for what reads the HDF5 file.
PARFASTQ_PYTHON=${PARFASTQ_PYTHON:-python3}

# How often a job that met its time limit, or had to give way, puts itself into the queue again. 0: never;
# it then keeps no checkpoint, and ends as failed.
PARFASTQ_RESTARTS=${PARFASTQ_RESTARTS:-10}

# What is copied to the disk of the nodes first, "input", or written there and copied back, "output"; or both.
# Empty: neither. The second is for jobs of one node. PARFASTQ_LOCAL is the directory, the same on all nodes.
PARFASTQ_STAGE=${PARFASTQ_STAGE:-}
PARFASTQ_LOCAL=${PARFASTQ_LOCAL:-${SLURM_TMPDIR:-${TMPDIR:-/tmp}}}
