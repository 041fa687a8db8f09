# pfq_layer(NAME [USES layer...] [NEEDS library...] [EXCEPT file...])
#
# One directory of src/ as an object library. USES names the layers it may include, and with them
# everything those use; NEEDS names libraries of the outside world. tests/layers holds every #include
# against these rows.
function(pfq_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "USES;NEEDS;EXCEPT")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.c)
  foreach(file IN LISTS layer_EXCEPT)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${name}/${file})
  endforeach()

  add_library(pfq_${name} OBJECT ${sources})
  target_include_directories(pfq_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                                ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(pfq_${name} PRIVATE ${layer_NEEDS})

  # All objects and libraries a program needs that uses this layer.
  set(all ${name})
  set(libraries ${layer_NEEDS})
  foreach(used IN LISTS layer_USES)
    list(APPEND all ${pfq_layers_of_${used}})
    list(APPEND libraries ${pfq_libraries_of_${used}})
  endforeach()
  list(REMOVE_DUPLICATES all)
  list(REMOVE_DUPLICATES libraries)
  set(pfq_layers_of_${name} ${all} CACHE INTERNAL "")
  set(pfq_libraries_of_${name} ${libraries} CACHE INTERNAL "")
endfunction()

# pfq_link_layers(TARGET layer...): the objects and libraries of these layers and all they use.
function(pfq_link_layers target)
  set(all)
  set(libraries)
  foreach(layer IN LISTS ARGN)
    list(APPEND all ${pfq_layers_of_${layer}})
    list(APPEND libraries ${pfq_libraries_of_${layer}})
  endforeach()
  list(REMOVE_DUPLICATES all)
  list(REMOVE_DUPLICATES libraries)
  foreach(layer IN LISTS all)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:pfq_${layer}>)
  endforeach()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include
                                               ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE ${libraries})
endfunction()

# pfq_static_library(TARGET layer PATTERN): a static library of a layer and all it uses, as one object
# in which only the symbols of that pattern are global: those of an archive of many objects would
# meet the names of its users. Where that cannot be made, such an archive.
function(pfq_static_library target layer pattern)
  if(NOT CMAKE_OBJCOPY OR NOT CMAKE_LINKER OR PFQ_SANITIZE OR CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    add_library(${target} STATIC)
    pfq_link_layers(${target} ${layer})
    return()
  endif()
  list(TRANSFORM pfq_layers_of_${layer} REPLACE "(.+)" "$<TARGET_OBJECTS:pfq_\\1>"
       OUTPUT_VARIABLE objects)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${target}.o)
  add_custom_command(OUTPUT ${object}
                     COMMAND ${CMAKE_LINKER} -r -o ${object} ${objects}
                     COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=${pattern} ${object}
                     DEPENDS ${objects} COMMAND_EXPAND_LISTS VERBATIM)
  add_library(${target} STATIC ${object})
  # Make knows of objects of other targets only that they must be there.
  list(TRANSFORM pfq_layers_of_${layer} PREPEND pfq_ OUTPUT_VARIABLE layers)
  add_dependencies(${target} ${layers})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
  target_link_libraries(${target} PRIVATE ${pfq_libraries_of_${layer}})
endfunction()
