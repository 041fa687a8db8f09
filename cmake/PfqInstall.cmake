# What `cmake --install` puts where: the command, the library, its headers, two ways to find them.
#
#     find_package(parfastq)   target_link_libraries(mine PRIVATE parfastq::parfastq)
#     pkg-config --cflags --libs parfastq
#
# The public headers need neither MPI nor HDF5; the users of parfastq/mpi.h call MPI themselves
# and link it. A static library needs at link time what it was built with; the package finds MPI and
# OpenMP again, and the other libraries where they were.
include(CMakePackageConfigHelpers)

target_include_directories(parfastq INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(parfastq PROPERTIES VERSION ${PROJECT_VERSION}
                                          SOVERSION ${PROJECT_VERSION_MAJOR})
add_library(parfastq::parfastq ALIAS parfastq)

# ---- files ----

# A static library takes the interfaces of its libraries with it; a shared one has them inside.
get_target_property(kind parfastq TYPE)
set(exported parfastq)
if(kind STREQUAL "STATIC_LIBRARY")
  list(APPEND exported pfq_mpi pfq_hdf5 pfq_openmp pfq_hwloc pfq_libdeflate pfq_isal pfq_zstd
       pfq_bzip2 pfq_xz)
endif()
install(TARGETS ${exported} EXPORT parfastq-targets
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS parfastq_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(headers_left_out)
if(NOT PFQ_MPI)
  set(headers_left_out PATTERN mpi.h EXCLUDE)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/parfastq DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" ${headers_left_out})

# ---- find_package(parfastq) ----

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/parfastq)
set(PFQ_PACKAGE_DEPENDENCIES)
if(kind STREQUAL "STATIC_LIBRARY")
  string(APPEND PFQ_PACKAGE_DEPENDENCIES "find_dependency(OpenMP COMPONENTS C)\n")
  if(PFQ_MPI OR HDF5_IS_PARALLEL)
    string(APPEND PFQ_PACKAGE_DEPENDENCIES "find_dependency(MPI COMPONENTS C)\n")
  endif()
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/parfastq-config.cmake.in
                              ${PROJECT_BINARY_DIR}/parfastq-config.cmake
                              INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/parfastq-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(EXPORT parfastq-targets NAMESPACE parfastq:: DESTINATION ${package_directory})
install(FILES ${PROJECT_BINARY_DIR}/parfastq-config.cmake
              ${PROJECT_BINARY_DIR}/parfastq-config-version.cmake
        DESTINATION ${package_directory})

# ---- pkg-config ----

# Libraries by path, as pkg-config files of MPI and HDF5 have other names at each place.
set(libraries ${HDF5_C_LIBRARIES} ${MPI_C_LIBRARIES} ${PFQ_LIBDEFLATE_LIBRARY})
foreach(name ISAL ZSTD BZIP2 XZ)
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
list(JOIN words " " words)
set(words "${words} ${OpenMP_C_FLAGS} -lm")
set(PFQ_PC_LIBS)
set(PFQ_PC_LIBS_PRIVATE)
if(kind STREQUAL "STATIC_LIBRARY")
  set(PFQ_PC_LIBS " ${words}") # there is no other library, so --static need not be said
else()
  set(PFQ_PC_LIBS_PRIVATE "${words}")
endif()
# The prefix is where the file lies, so an installed tree can be moved.
file(RELATIVE_PATH PFQ_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" PFQ_PC_UP "${PFQ_PC_UP}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/parfastq.pc.in ${PROJECT_BINARY_DIR}/parfastq.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/parfastq.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
