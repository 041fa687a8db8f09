# What `cpack -G DEB` and `cpack -G TGZ` make. dpkg-shlibdeps finds the packages that the command and the
# shared library need; what it cannot see is named here.

set(CPACK_PACKAGE_VENDOR "The parfastq maintainers")
set(CPACK_PACKAGE_CONTACT "The parfastq maintainers <maintainers@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_STRIP_FILES OFF)
set(CPACK_VERBATIM_VARIABLES ON)
string(TOLOWER "${CMAKE_SYSTEM_NAME}" system)
set(CPACK_PACKAGE_FILE_NAME parfastq-${PROJECT_VERSION}-${system}-${CMAKE_SYSTEM_PROCESSOR})

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The launcher; a user of the libraries needs what their interfaces name.
if(PFQ_MPI AND "${MPI_C_LIBRARIES}" MATCHES "mpich")
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "mpich, python3-h5py")
  set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libmpich-dev, libhdf5-mpich-dev, libdeflate-dev, slurm-client")
elseif(PFQ_MPI)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "openmpi-bin, python3-h5py")
  set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libopenmpi-dev, libhdf5-openmpi-dev, libdeflate-dev, slurm-client")
endif()

set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/dates.cmake)
include(CPack)
