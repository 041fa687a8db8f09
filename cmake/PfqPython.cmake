# PFQ_PYTHON: a Python 3 for the tests, if possible one that can import h5py and numpy.
#
# The first python3 of the PATH may be without h5py while the system's has it, so both are asked.
# PFQ_PYTHON_HAS_H5PY says whether the one taken can read HDF5.

if(NOT PFQ_PYTHON)
  find_program(PFQ_PYTHON_OF_PATH python3 REQUIRED)
  mark_as_advanced(PFQ_PYTHON_OF_PATH)
  set(PFQ_PYTHON ${PFQ_PYTHON_OF_PATH})
  foreach(candidate ${PFQ_PYTHON_OF_PATH} /usr/bin/python3)
    execute_process(COMMAND ${candidate} -c "import h5py, numpy"
                    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(NOT failed)
      set(PFQ_PYTHON ${candidate})
      break()
    endif()
  endforeach()
  set(PFQ_PYTHON ${PFQ_PYTHON} CACHE FILEPATH "Python 3 for the tests, with h5py and numpy")
endif()

execute_process(COMMAND ${PFQ_PYTHON} -c "import h5py, numpy"
                RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
if(failed)
  set(PFQ_PYTHON_HAS_H5PY OFF)
  message(STATUS "${PFQ_PYTHON} has no h5py: tests that read HDF5 from Python will be skipped")
else()
  set(PFQ_PYTHON_HAS_H5PY ON)
endif()
