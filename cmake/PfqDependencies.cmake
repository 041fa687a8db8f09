# What the outside world gives us: pfq::mpi, pfq::hdf5, pfq::openmp.

find_package(OpenMP REQUIRED COMPONENTS C)
add_library(pfq_openmp INTERFACE)
target_link_libraries(pfq_openmp INTERFACE OpenMP::OpenMP_C)

add_library(pfq_mpi INTERFACE)
if(PFQ_MPI)
  find_package(MPI REQUIRED COMPONENTS C)
  target_link_libraries(pfq_mpi INTERFACE MPI::MPI_C)
  target_compile_definitions(pfq_mpi INTERFACE PFQ_MPI=1)
  set(HDF5_PREFER_PARALLEL ON)
endif()

find_package(HDF5 REQUIRED COMPONENTS C)
# Rank 0 alone calls HDF5, so a serial one serves as well; the parallel one is preferred where both are at
# hand, because it is the one that other MPI programs of a site link.
if(HDF5_VERSION AND HDF5_VERSION VERSION_LESS 1.10)
  message(FATAL_ERROR "HDF5 ${HDF5_VERSION} is too old: 1.10 or newer is needed.")
endif()
add_library(pfq_hdf5 INTERFACE)
target_include_directories(pfq_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(pfq_hdf5 INTERFACE ${HDF5_C_LIBRARIES})
if(HDF5_IS_PARALLEL)
  # hdf5.h of a parallel HDF5 includes mpi.h, whether we use it or not.
  find_package(MPI REQUIRED COMPONENTS C)
  target_link_libraries(pfq_hdf5 INTERFACE MPI::MPI_C)
endif()
