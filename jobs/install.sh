# What quickstart.sh and tests/run.sh share: the packages, building, and starting ranks.
#
# To be sourced by bash. Nothing happens until a function is called.
# shellcheck shell=bash

# The one list of Debian and Ubuntu packages: to build and run, to read from Python, to test, and for
# sanitizers and analysers.
# shellcheck disable=SC2034  # read by those who source this file
{
    PACKAGES_TO_BUILD=(gcc libc6-dev make cmake openmpi-bin libopenmpi-dev libhdf5-openmpi-dev
                       libhwloc-dev libdeflate-dev libisal-dev libzstd-dev libbz2-dev liblzma-dev)
    PACKAGES_TO_READ=(python3 python3-numpy python3-h5py)
    PACKAGES_TO_TEST=(g++ ninja-build procps time util-linux zlib1g-dev zstd pigz isal tabix hdf5-tools
                      slurm-wlm munge libpmix-dev iproute2 dpkg-dev mandoc groff-base tcl)
    PACKAGES_TO_CHECK=(clang libclang-rt-dev libomp-dev clang-format clang-tidy cppcheck)
}

# packages_missing PACKAGE...: prints those that are not installed, one a line.
packages_missing() {
    local package
    for package in "$@"; do
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            echo "$package"
        fi
    done
}

# as_admin COMMAND...: runs it as root, through sudo for an ordinary user.
as_admin() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Whether as_admin can work: root, or a sudo that needs no password or has somebody to ask for it.
can_be_admin() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || return 1
    [ -t 0 ] || sudo -n true 2>/dev/null
}

# apt_install PACKAGE...: the package lists are fetched only if those at hand do not do.
apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    local install=(install -y --no-install-recommends "$@")
    as_admin "${apt[@]}" "${install[@]}" >/dev/null 2>&1 && return 0
    as_admin "${apt[@]}" update >/dev/null && as_admin "${apt[@]}" "${install[@]}" >/dev/null
}

# install_missing PACKAGE...: makes sure of the packages, or says what is missing and exits with 3.
# Elsewhere than on Debian and Ubuntu it names the packages and leaves the judgement to CMake.
install_missing() {
    if ! command -v dpkg-query >/dev/null; then
        echo "Not Debian or Ubuntu, so nothing is installed. Needed is what these packages hold:"
        echo "    $*"
        return 0
    fi
    local missing
    mapfile -t missing < <(packages_missing "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if ! can_be_admin; then
        echo "Missing packages: ${missing[*]}" >&2
        echo "Neither root nor sudo is at hand. An administrator installs them by:" >&2
        echo "    apt-get update && apt-get install ${missing[*]}" >&2
        exit 3
    fi
    echo "Installing ${missing[*]}"
    if ! apt_install "${missing[@]}"; then
        echo "apt-get could not install: ${missing[*]}" >&2
        exit 3
    fi
}

# build_in DIRECTORY OPTION...: configures and builds the sources of the current directory there.
build_in() {
    local directory=$1 generator=()
    shift
    if command -v ninja >/dev/null && [ ! -f "$directory/CMakeCache.txt" ]; then
        generator=(-G Ninja)
    fi
    cmake -S . -B "$directory" "${generator[@]}" "$@"
    cmake --build "$directory" -j "$(nproc)"
}

# allow_ranks_here: lets Open MPI start ranks as root, and more of them than there are cores.
allow_ranks_here() {
    if [ "$(id -u)" = 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
    export OMPI_MCA_mpi_yield_when_idle=1
}

# python_with_h5py: prints the first Python that has h5py; the one of the PATH may not.
python_with_h5py() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import h5py, numpy' 2>/dev/null; then
            echo "$python"
            return 0
        fi
    done
    echo "No Python with h5py was found; on Debian it is the package python3-h5py." >&2
    return 3
}
