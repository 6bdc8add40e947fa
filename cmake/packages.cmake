# What comes from outside; docs/dependencies.md says why each is here.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(simdjson REQUIRED)
find_package(tl-expected REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SNAPPY REQUIRED IMPORTED_TARGET snappy)

# ./dev setup unpacks DuckDB here; every build directory uses the same copy.
set(SOUK_DUCKDB_DIR ${CMAKE_SOURCE_DIR}/build/deps/duckdb CACHE PATH "DuckDB: lib/libduckdb.so and include/duckdb.h")
if(NOT EXISTS ${SOUK_DUCKDB_DIR}/lib/libduckdb.so)
  message(FATAL_ERROR "DuckDB is missing in ${SOUK_DUCKDB_DIR}; run ./dev build, which fetches it")
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${SOUK_DUCKDB_DIR}/lib/libduckdb.so
  IMPORTED_NO_SONAME TRUE
  INTERFACE_INCLUDE_DIRECTORIES ${SOUK_DUCKDB_DIR}/include
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${SOUK_DUCKDB_DIR}/include)

include(cmake/librdkafka.cmake)

if(SOUK_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
