# What people and shells read of an installed parfastq: the manual page and the completion, which the command
# itself prints, module files, and the scripts for SLURM.

set(pages ${PROJECT_BINARY_DIR}/pages)
set(PFQ_MAKE_PAGES ON)
if(CMAKE_CROSSCOMPILING OR PFQ_SANITIZE)
  set(PFQ_MAKE_PAGES OFF) # the command cannot be run here, or not by everybody
endif()
if(PFQ_MAKE_PAGES)
  add_custom_command(OUTPUT ${pages}/parfastq.1 ${pages}/parfastq
                     COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}
                     COMMAND parfastq_command help --man > ${pages}/parfastq.1
                     COMMAND parfastq_command help --completion > ${pages}/parfastq
                     DEPENDS parfastq_command VERBATIM)
  add_custom_target(parfastq_pages ALL DEPENDS ${pages}/parfastq.1 ${pages}/parfastq)
  install(FILES ${pages}/parfastq.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${pages}/parfastq DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()

# Module files find the prefix from where they lie, so an installed tree can be moved.
set(module_directory ${CMAKE_INSTALL_DATADIR}/modulefiles/parfastq)
file(RELATIVE_PATH PFQ_MODULE_UP /${module_directory} /)
string(REGEX REPLACE "/$" "" PFQ_MODULE_UP "${PFQ_MODULE_UP}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/modulefile.lua.in ${pages}/${PROJECT_VERSION}.lua @ONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/modulefile.tcl.in ${pages}/${PROJECT_VERSION} @ONLY)
install(FILES ${pages}/${PROJECT_VERSION}.lua ${pages}/${PROJECT_VERSION} DESTINATION ${module_directory})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/jobs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/parfastq/jobs
        FILES_MATCHING PATTERN "*.sh" PATTERN "*.sbatch" PATTERN "*.py" PATTERN "README.md"
        PATTERN quickstart.sh EXCLUDE PATTERN install.sh EXCLUDE PATTERN build.sbatch EXCLUDE
        PATTERN __pycache__ EXCLUDE)
