# souk_room(NAME LIBS lib...): the library souk_NAME from src/NAME/**.cc, and souk_NAME_test from the *_test.cc beside them.
function(souk_room name)
  cmake_parse_arguments(ROOM "" "" "LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")

  add_library(souk_${name} STATIC ${sources})
  target_include_directories(souk_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(souk_${name} PUBLIC ${ROOM_LIBS})

  if(SOUK_TESTS AND tests)
    add_executable(souk_${name}_test ${tests})
    target_link_libraries(souk_${name}_test PRIVATE souk_${name} GTest::gtest_main)
    gtest_discover_tests(souk_${name}_test
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
      DISCOVERY_MODE PRE_TEST
      TEST_PREFIX "${name}."
      PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()
