# librdkafka from its sources, which ./dev setup unpacks: Debian's 2.0 sleeps for a second whenever a reader's queue is full.
# `rdkafka` is a static library; <librdkafka/rdkafka.h> as where it is installed.
set(SOUK_LIBRDKAFKA_DIR ${CMAKE_SOURCE_DIR}/build/deps/librdkafka CACHE PATH "the sources of librdkafka")
if(NOT EXISTS ${SOUK_LIBRDKAFKA_DIR}/src/rdkafka.h)
  message(FATAL_ERROR "librdkafka is missing in ${SOUK_LIBRDKAFKA_DIR}; run ./dev build, which fetches it")
endif()

function(souk_add_librdkafka)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # its options are the variables set here
  set(RDKAFKA_BUILD_STATIC ON)
  set(RDKAFKA_BUILD_EXAMPLES OFF)
  set(RDKAFKA_BUILD_TESTS OFF)
  set(ENABLE_LZ4_EXT ON)
  set(CMAKE_WARN_DEPRECATED OFF)
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
  # Hides <threads.h> from it: the thread sanitizer knows POSIX threads only.
  string(APPEND CMAKE_C_FLAGS " -D_THREADS_H")
  add_subdirectory(${SOUK_LIBRDKAFKA_DIR} ${CMAKE_BINARY_DIR}/librdkafka EXCLUDE_FROM_ALL)
  target_compile_options(rdkafka PRIVATE -w)
  # Its CMake files find the compiler's atomics but do not say so where a value is set, which is a plain store then.
  target_compile_definitions(rdkafka PRIVATE HAVE_ATOMICS_32_ATOMIC=1 HAVE_ATOMICS_64_ATOMIC=1)
  if(SOUK_SANITIZE MATCHES undefined)
    target_compile_options(rdkafka PRIVATE -fno-sanitize=undefined)
  endif()
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/librdkafka/include)
  file(CREATE_LINK ${SOUK_LIBRDKAFKA_DIR}/src ${CMAKE_BINARY_DIR}/librdkafka/include/librdkafka SYMBOLIC)
  target_include_directories(rdkafka SYSTEM INTERFACE $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/librdkafka/include>)
endfunction()
souk_add_librdkafka()
