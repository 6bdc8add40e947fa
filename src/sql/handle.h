// Owners for what DuckDB's C API hands out, so that nothing leaks on an early return. For the sources of this
// room only: duckdb.h is included by no contract header.
#pragma once

#include <duckdb.h>

#include <string>
#include <utility>

namespace souk::sql {

template <typename T, void (*Destroy)(T*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T raw) : raw_(raw) {}
  Handle(Handle&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      Reset();
      raw_ = std::exchange(other.raw_, nullptr);
    }
    return *this;
  }
  ~Handle() { Reset(); }

  T get() const { return raw_; }
  T* out() { return &raw_; }
  explicit operator bool() const { return raw_ != nullptr; }

 private:
  void Reset() {
    if (raw_ != nullptr) Destroy(&raw_);
    raw_ = nullptr;
  }
  T raw_ = nullptr;
};

using ConfigHandle = Handle<duckdb_config, duckdb_destroy_config>;
using PreparedHandle = Handle<duckdb_prepared_statement, duckdb_destroy_prepare>;
using ExtractedHandle = Handle<duckdb_extracted_statements, duckdb_destroy_extracted>;
using PendingHandle = Handle<duckdb_pending_result, duckdb_destroy_pending>;
using ChunkHandle = Handle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using TypeHandle = Handle<duckdb_logical_type, duckdb_destroy_logical_type>;
using ValueHandle = Handle<duckdb_value, duckdb_destroy_value>;

class ResultHandle {
 public:
  ResultHandle() = default;
  ResultHandle(const ResultHandle&) = delete;
  ~ResultHandle() { duckdb_destroy_result(&raw_); }
  duckdb_result* out() { return &raw_; }
  duckdb_result get() const { return raw_; }

 private:
  duckdb_result raw_ = {};
};

// Takes a string that DuckDB allocated; "" for none.
inline std::string TakeText(char* text) {
  std::string copy = text == nullptr ? "" : text;
  duckdb_free(text);
  return copy;
}

}  // namespace souk::sql
