# Compiler cache, fast linker, warnings and sanitizers: the same for every room.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND NOT SOUK_SANITIZE)
  add_link_options(-fuse-ld=mold)
elseif(SOUK_SANITIZE)
  add_link_options(-fuse-ld=lld)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside its own string header once inlining is on.
  add_compile_options(-Wno-restrict -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(SOUK_SANITIZE)
  add_compile_options(-fsanitize=${SOUK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SOUK_SANITIZE})
endif()
