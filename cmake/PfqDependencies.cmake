# What the outside world gives us: OpenMP; unless they are not wanted MPI, and HDF5 with libdeflate; and if they are at
# hand hwloc, ISA-L, zstd.

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

add_library(pfq_hdf5 INTERFACE)
if(PFQ_HDF5)
  find_package(HDF5 REQUIRED COMPONENTS C)
  # Rank 0 alone calls HDF5, so a serial one serves as well; the parallel one is preferred where both are at
  # hand, because it is the one that other MPI programs of a site link.
  if(HDF5_VERSION AND HDF5_VERSION VERSION_LESS 1.10.5)
    message(FATAL_ERROR "HDF5 ${HDF5_VERSION} is too old: 1.10.5 or newer is needed.")
  endif()
  target_include_directories(pfq_hdf5 SYSTEM INTERFACE "$<BUILD_INTERFACE:${HDF5_INCLUDE_DIRS}>")
  target_link_libraries(pfq_hdf5 INTERFACE ${HDF5_C_LIBRARIES})
  if(HDF5_IS_PARALLEL)
    # hdf5.h of a parallel HDF5 includes mpi.h, whether we use it or not.
    find_package(MPI REQUIRED COMPONENTS C)
    target_link_libraries(pfq_hdf5 INTERFACE MPI::MPI_C)
  endif()
endif()

# hwloc knows cores, packages and NUMA nodes. Version 2 is needed, which has memory beside the tree.
add_library(pfq_hwloc INTERFACE)
set(PFQ_HAS_HWLOC OFF)
if(NOT PFQ_HWLOC STREQUAL "OFF")
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PC_HWLOC QUIET hwloc)
  endif()
  find_path(HWLOC_INCLUDE_DIR hwloc.h HINTS ${PC_HWLOC_INCLUDE_DIRS})
  find_library(HWLOC_LIBRARY hwloc HINTS ${PC_HWLOC_LIBRARY_DIRS})
  mark_as_advanced(HWLOC_INCLUDE_DIR HWLOC_LIBRARY)
  set(api)
  if(HWLOC_INCLUDE_DIR AND HWLOC_LIBRARY)
    file(STRINGS ${HWLOC_INCLUDE_DIR}/hwloc.h api REGEX "define HWLOC_API_VERSION 0x000[2-9]")
  endif()
  if(api)
    set(PFQ_HAS_HWLOC ON)
    target_include_directories(pfq_hwloc SYSTEM INTERFACE $<BUILD_INTERFACE:${HWLOC_INCLUDE_DIR}>)
    target_link_libraries(pfq_hwloc INTERFACE ${HWLOC_LIBRARY})
  elseif(PFQ_HWLOC STREQUAL "ON")
    message(FATAL_ERROR "PFQ_HWLOC=ON, but hwloc 2 was not found (Debian: libhwloc-dev).")
  endif()
endif()
message(STATUS "hwloc: ${PFQ_HAS_HWLOC}")

# pfq_find_library(NAME HEADER LIBRARY): pfq_NAME as an interface of the library, by its path. Sets
# PFQ_HAS_NAME. These libraries come with one header and one file each, and not all of them with files for
# find_package.
function(pfq_find_library name header library)
  string(TOUPPER ${name} upper)
  find_path(PFQ_${upper}_INCLUDE_DIR ${header})
  find_library(PFQ_${upper}_LIBRARY ${library})
  mark_as_advanced(PFQ_${upper}_INCLUDE_DIR PFQ_${upper}_LIBRARY)
  set(PFQ_HAS_${upper} OFF PARENT_SCOPE)
  if(PFQ_${upper}_INCLUDE_DIR AND PFQ_${upper}_LIBRARY)
    set(PFQ_HAS_${upper} ON PARENT_SCOPE)
    target_include_directories(pfq_${name} SYSTEM INTERFACE
                               $<BUILD_INTERFACE:${PFQ_${upper}_INCLUDE_DIR}>)
    target_link_libraries(pfq_${name} INTERFACE ${PFQ_${upper}_LIBRARY})
  endif()
endfunction()

add_library(pfq_libdeflate INTERFACE)
if(PFQ_HDF5) # chunks of HDF5 are what is compressed
  pfq_find_library(libdeflate libdeflate.h deflate)
  if(NOT PFQ_HAS_LIBDEFLATE)
    message(FATAL_ERROR "libdeflate was not found (Debian: libdeflate-dev).")
  endif()
endif()

# Without ISA-L the fast codec is libdeflate at its level 1.
add_library(pfq_isal INTERFACE)
if(PFQ_HDF5 AND PFQ_ISAL)
  pfq_find_library(isal isa-l/igzip_lib.h isal)
  if(PFQ_HAS_ISAL)
    target_compile_definitions(pfq_isal INTERFACE $<BUILD_INTERFACE:PFQ_ISAL=1>)
  else()
    message(STATUS "ISA-L was not found (Debian: libisal-dev): compression will be slower")
  endif()
endif()

# Without zstd the codec of that name is refused.
add_library(pfq_zstd INTERFACE)
if(PFQ_HDF5 AND PFQ_ZSTD)
  pfq_find_library(zstd zstd.h zstd)
  if(PFQ_HAS_ZSTD)
    target_compile_definitions(pfq_zstd INTERFACE $<BUILD_INTERFACE:PFQ_ZSTD=1>)
  else()
    message(STATUS "zstd was not found (Debian: libzstd-dev): files will not be compressed with it")
  endif()
endif()
