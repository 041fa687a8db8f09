# What `cmake --install` puts where: the command, the libraries, their headers, two ways to find them.
#
#     find_package(parfastq)   target_link_libraries(mine PRIVATE parfastq::parfastq)
#     pkg-config --cflags --libs parfastq
#
# Both take the shared library where there is one; find_package(parfastq COMPONENTS static) and
# pkg-config --static the other. The public headers need neither MPI nor HDF5; the users of
# parfastq/mpi.h call MPI themselves and link it. A static library needs at link time what it was
# built with; the package finds MPI and OpenMP again, and the other libraries where they were. A
# shared library needs nothing.
include(CMakePackageConfigHelpers)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/parfastq)
set(PFQ_PACKAGE_KIND static)
foreach(kind static shared)
  if(NOT TARGET parfastq_${kind})
    continue()
  endif()
  set(PFQ_PACKAGE_KIND ${kind})
  target_include_directories(parfastq_${kind} INTERFACE
                             $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                             $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  # A static library takes the interfaces of its libraries with it; a shared one has them inside.
  set(exported parfastq_${kind})
  if(kind STREQUAL "static")
    list(APPEND exported pfq_mpi pfq_hdf5 pfq_openmp pfq_hwloc pfq_libdeflate pfq_isal pfq_zstd
         pfq_bzip2 pfq_xz)
  endif()
  install(TARGETS ${exported} EXPORT parfastq-${kind}
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT parfastq-${kind} NAMESPACE parfastq:: DESTINATION ${package_directory})
endforeach()
add_library(parfastq::parfastq ALIAS parfastq_${PFQ_PACKAGE_KIND})

install(TARGETS parfastq_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(headers_left_out)
if(NOT PFQ_MPI)
  set(headers_left_out PATTERN mpi.h EXCLUDE)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/parfastq DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" ${headers_left_out})

# ---- find_package(parfastq) ----

set(PFQ_PACKAGE_DEPENDENCIES "  find_dependency(OpenMP COMPONENTS C)\n")
if(PFQ_MPI OR (PFQ_HDF5 AND HDF5_IS_PARALLEL))
  string(APPEND PFQ_PACKAGE_DEPENDENCIES "  find_dependency(MPI COMPONENTS C)\n")
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/parfastq-config.cmake.in
                              ${PROJECT_BINARY_DIR}/parfastq-config.cmake
                              INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/parfastq-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/parfastq-config.cmake
              ${PROJECT_BINARY_DIR}/parfastq-config-version.cmake
        DESTINATION ${package_directory})

# ---- pkg-config ----

# Libraries by path, as pkg-config files of MPI and HDF5 have other names at each place.
set(libraries)
if(PFQ_HDF5)
  list(APPEND libraries ${HDF5_C_LIBRARIES})
endif()
if(PFQ_MPI OR (PFQ_HDF5 AND HDF5_IS_PARALLEL))
  list(APPEND libraries ${MPI_C_LIBRARIES})
endif()
foreach(name LIBDEFLATE ISAL ZSTD BZIP2 XZ)
  if(PFQ_HAS_${name})
    list(APPEND libraries ${PFQ_${name}_LIBRARY})
  endif()
endforeach()
if(PFQ_HAS_HWLOC)
  list(APPEND libraries ${HWLOC_LIBRARY})
endif()
list(REMOVE_DUPLICATES libraries)
set(words)
foreach(library IN LISTS libraries)
  if(library MATCHES "^(/|-)")
    list(APPEND words ${library})
  else()
    list(APPEND words -l${library})
  endif()
endforeach()
list(APPEND words ${OpenMP_C_FLAGS} -lm)
list(JOIN words " " words)
set(PFQ_PC_LIBS)
set(PFQ_PC_LIBS_PRIVATE)
if(TARGET parfastq_shared)
  set(PFQ_PC_LIBS_PRIVATE "${words}")
else()
  set(PFQ_PC_LIBS " ${words}") # there is no other library, so --static need not be said
endif()
# The prefix is where the file lies, so an installed tree can be moved.
file(RELATIVE_PATH PFQ_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" PFQ_PC_UP "${PFQ_PC_UP}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/parfastq.pc.in ${PROJECT_BINARY_DIR}/parfastq.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/parfastq.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

include(${CMAKE_CURRENT_LIST_DIR}/packaging/PfqPages.cmake)    # manual page, completion, module files, scripts
include(${CMAKE_CURRENT_LIST_DIR}/packaging/PfqPackages.cmake) # .deb and .tar.gz
