#!/usr/bin/env bash
# From a bare Debian or Ubuntu machine to reads in numpy, and back to FASTQ.
#
#     bash jobs/quickstart.sh
#
# Installs the packages that are missing, downloads nothing else, builds in build/, converts the
# sample of tests/data with two ranks, shows the file, reads it with h5py, and exports it again.
# Exit codes: 0 all of it worked; 3 packages are missing and cannot be installed; else what failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=jobs/install.sh
source jobs/install.sh

# show COMMAND...: prints the command as one would type it, then runs it.
show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

install_missing "${PACKAGES_TO_BUILD[@]}" "${PACKAGES_TO_READ[@]}"
build_in build -DCMAKE_BUILD_TYPE=Release -DPFQ_TESTS=OFF
allow_ranks_here
python=$(python_with_h5py)

PATH="$PWD/build:$PATH"
sample=$PWD/tests/data
rm -rf build/quickstart
mkdir build/quickstart
cd build/quickstart
cp "$sample/sample_R1.fastq" "$sample/sample_R2.fastq" .

show mpirun -n 2 parfastq convert -o reads.h5 -1 sample_R1.fastq -2 sample_R2.fastq
show parfastq info reads.h5

cat >read.py <<'PYTHON'
import h5py

with h5py.File("reads.h5") as file:
    mate = file["read1"]
    begin, end = mate["offset"][0], mate["offset"][1]
    name_begin, name_end = mate["name_offset"][0], mate["name_offset"][1]
    print("reads           ", mate.attrs["records"])
    print("mean quality    ", round(float(mate["quality"][:].mean()), 2))
    print("first read      ", mate["name"][name_begin:name_end].tobytes().decode())
    print("its first bases ", mate["sequence"][begin:end].tobytes().decode()[:40])
    print("their qualities ", *mate["quality"][begin:end][:16])
PYTHON
printf '\n'
cat read.py
show "$python" read.py

show mpirun -n 2 parfastq export --mate 2 -o again_R2.fastq reads.h5
show cmp sample_R2.fastq again_R2.fastq
printf '\nExported the same bytes. The command is %s\n' "$(command -v parfastq)"
