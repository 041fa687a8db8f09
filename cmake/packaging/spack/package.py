# A recipe for Spack. Put it into a repository of your own, as packages/parfastq/package.py; then, from the top
# of the source tree:
#
#     spack dev-build parfastq@main
from spack.package import *


class Parfastq(CMakePackage):
    """FASTQ to HDF5, in parallel, from one core to a thousand ranks."""


    version("main")
    version("0.1.0")

    variant("mpi", default=True, description="Run over MPI ranks")
    variant("hdf5", default=True, description="Write and read HDF5 files")
    variant("hwloc", default=True, description="Find cores and NUMA nodes by hwloc")
    variant("isal", default=True, when="+hdf5", description="Compress with ISA-L")
    variant("zstd", default=True, description="Read and write zstd")
    variant("bzip2", default=True, description="Read bzip2")
    variant("xz", default=True, description="Read xz")

    depends_on("c", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("libdeflate")
    depends_on("mpi@3:", when="+mpi")
    depends_on("hdf5@1.10.5: +mpi", when="+hdf5 +mpi")
    depends_on("hdf5@1.10.5: ~mpi", when="+hdf5 ~mpi")
    depends_on("hwloc@2:", when="+hwloc")
    depends_on("isa-l", when="+isal")
    depends_on("zstd", when="+zstd")
    depends_on("bzip2", when="+bzip2")
    depends_on("xz", when="+xz")

    def cmake_args(self):
        args = [
            self.define_from_variant("PFQ_MPI", "mpi"),
            self.define_from_variant("PFQ_HDF5", "hdf5"),
            self.define_from_variant("PFQ_HWLOC", "hwloc"),
            self.define_from_variant("PFQ_ISAL", "isal"),
            self.define_from_variant("PFQ_ZSTD", "zstd"),
            self.define_from_variant("PFQ_BZIP2", "bzip2"),
            self.define_from_variant("PFQ_XZ", "xz"),
            self.define("PFQ_TESTS", False),
        ]
        return args
