# souk_embed(TARGET DIR...): the files below each DIR (relative to the source root) become assets of TARGET,
# found at run time by base/embedded.h under their path, e.g. "models/reports/sales_overview.sql".
function(souk_embed target)
  set(outputs)
  foreach(dir ${ARGN})
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${dir}/*)
    list(APPEND inputs ${files})
  endforeach()
  set(assembly ${CMAKE_CURRENT_BINARY_DIR}/${target}_assets.S)
  set(tool ${CMAKE_SOURCE_DIR}/tools/embed.py)
  add_custom_command(OUTPUT ${assembly}
    COMMAND python3 ${tool} ${CMAKE_SOURCE_DIR} ${assembly} ${ARGN}
    DEPENDS ${tool} ${inputs}
    COMMENT "Embedding ${ARGN}")
  target_sources(${target} PRIVATE ${assembly})
endfunction()
