# Rows of tests: pfq_test() for one process, pfq_mpi_test() for 1, 2, 3 and 5 ranks, or others.

set(timeout 60)
if(PFQ_SANITIZE)
  set(timeout 300)
endif()
set(PFQ_TEST_TIMEOUT ${timeout} CACHE STRING "Seconds after which a test counts as hanging")

# What a sanitizer is told at each test: to stop at the first finding, and what is not ours. LeakSanitizer falls
# ("Tracer caught signal 11") where it looks at what is local to a thread of MPI that is ending, so it does not (use_tls).
set(PFQ_SANITIZE_ENVIRONMENT)
if(PFQ_SANITIZE)
  set(PFQ_SANITIZE_ENVIRONMENT
      "ASAN_OPTIONS=detect_stack_use_after_return=1:fast_unwind_on_malloc=0"
      "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/leaks.supp:print_suppressions=0:use_tls=0"
      "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
      "TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=1")
endif()

# pfq_test_program(NAME SOURCE layer...): builds a C test against layers of src/.
function(pfq_test_program name source)
  add_executable(${name} ${source})
  pfq_link_layers(${name} ${ARGN})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
endfunction()

# pfq_test(DIRECTORY/test_x layer...): tests/DIRECTORY/test_x.c as a unit test.
function(pfq_test path)
  string(REPLACE "/" "_" name ${path})
  pfq_test_program(${name} ${PROJECT_SOURCE_DIR}/tests/${path}.c ${ARGN})
  add_test(NAME ${path} COMMAND ${name})
  set_tests_properties(${path} PROPERTIES TIMEOUT ${PFQ_TEST_TIMEOUT} LABELS unit
                       ENVIRONMENT "${PFQ_SANITIZE_ENVIRONMENT}")
endfunction()

# Who starts ranks, for tests that start some themselves; nobody where there are none.
set(PFQ_LAUNCHER)
if(PFQ_MPI)
  set(PFQ_LAUNCHER ${MPIEXEC_EXECUTABLE})
endif()

# How a test starts ranks: more than there are cores, and as root where CI is root.
set(PFQ_MPI_ENVIRONMENT
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1"
    "OMPI_MCA_mpi_yield_when_idle=1;OMPI_MCA_hwloc_base_binding_policy=none;OMP_NUM_THREADS=2"
    "OMP_WAIT_POLICY=passive" # threads that spin between loops keep other ranks from their cores
    # What Open MPI comes to on one machine anyway, named, so that it need not look: it starts in half the time.
    "OMPI_MCA_pml=ob1;OMPI_MCA_btl=self,vader;OMPI_MCA_plm=isolated"
    ${PFQ_SANITIZE_ENVIRONMENT})

# pfq_mpi_test(DIRECTORY/test_x layer... [RANKS n...]): the same program with 1, 2, 3 and 5 ranks, or those named.
function(pfq_mpi_test path)
  if(NOT PFQ_MPI)
    return()
  endif()
  cmake_parse_arguments(test "" "" "RANKS" ${ARGN})
  if(NOT test_RANKS)
    set(test_RANKS 1 2 3 5)
  endif()
  string(REPLACE "/" "_" name ${path})
  pfq_test_program(${name} ${PROJECT_SOURCE_DIR}/tests/${path}.c ${test_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE pfq_mpi)
  foreach(ranks IN LISTS test_RANKS)
    add_test(NAME ${path}_${ranks} COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:${name}>)
    set_tests_properties(${path}_${ranks} PROPERTIES TIMEOUT ${PFQ_TEST_TIMEOUT} LABELS mpi
                         PROCESSORS 2 ENVIRONMENT "${PFQ_MPI_ENVIRONMENT}")
  endforeach()
endfunction()
