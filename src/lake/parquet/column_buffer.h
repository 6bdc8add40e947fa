// One column of the row group that is being filled.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lake/parquet/metadata.h"
#include "lake/parquet/text_values.h"

namespace souk::lake {

// Not thread-safe. Values are given in the order of the rows; the type of the calls must be that of the
// column (a programmer's error otherwise).
class ParquetColumnBuffer {
 public:
  // `hint` must outlive this.
  ParquetColumnBuffer(const ParquetColumn& column, ParquetCodec codec, ParquetHint& hint)
      : column_(column), codec_(codec), hint_(&hint), texts_(&hint) {}

  // Values [begin, begin + count) of an array. Bit i of `valid` says whether there is an i-th value; null =
  // all are there. T is int8_t to int64_t (as unscaled number for decimals), float, double or bool.
  template <typename T>
  void AppendNumbers(const T* values, const uint64_t* valid, size_t begin, size_t count) {
    if constexpr (std::is_same_v<T, StoredAs<T>>) {
      if (valid == nullptr && nulls_ == 0) {
        bytes_.append(reinterpret_cast<const char*>(values + begin), count * sizeof(T));
        rows_ += count;
        return;
      }
    }
    for (size_t i = begin; i < begin + count; ++i) {
      if (valid != nullptr && (valid[i / 64] >> i % 64 & 1) == 0) {
        AppendNull();
      } else {
        Store(values[i]);
        CountPresent();
      }
    }
  }
  // A decimal of more than 18 digits: its unscaled number of 128 bits.
  void AppendWide(uint64_t upper, uint64_t lower) {
    for (uint64_t half : {upper, lower}) {
      for (int shift = 56; shift >= 0; shift -= 8) bytes_.push_back(static_cast<char>(half >> shift));
    }
    CountPresent();
  }
  void AppendText(std::string_view value) {
    texts_.Append(value);
    CountPresent();
  }
  void AppendNull();

  size_t rows() const { return rows_; }
  size_t bytes() const { return bytes_.size() + texts_.bytes(); }

  // Appends the pages to `out`, which begins at `offset` of the file, and forgets the rows.
  ParquetChunk Flush(std::string& out, int64_t offset);

 private:
  // No number is shorter than 32 bits.
  template <typename T>
  using StoredAs =
      std::conditional_t<std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) < 4, int32_t, T>;
  template <typename T>
  void Store(T value) {
    auto stored = static_cast<StoredAs<T>>(value);
    bytes_.append(reinterpret_cast<const char*>(&stored), sizeof stored);
  }
  void CountPresent() {
    ++rows_;
    if (nulls_ > 0) present_.push_back(1);
  }
  ParquetChunk NewChunk() const;
  template <typename T>
  ParquetChunk FlushValues(const std::vector<T>& values, std::string& out, int64_t offset);
  ParquetChunk FlushTexts(std::string& out, int64_t offset);
  ParquetChunk FlushPlain(std::string_view plain, std::string& out, int64_t offset);
  // `dictionary` in the plain encoding, of `count` values; each row's place in it.
  ParquetChunk FlushPlaces(std::string_view dictionary, size_t count, std::span<const uint32_t> places,
                           std::string& out, int64_t offset);
  void AppendDataPage(std::string_view values, ParquetEncoding encoding, std::string& out,
                      ParquetChunk& chunk);

  ParquetColumn column_;
  ParquetCodec codec_;
  ParquetHint* hint_;
  size_t rows_ = 0;
  size_t nulls_ = 0;
  std::string bytes_;  // values but texts, one behind the other
  ParquetTexts texts_;
  std::vector<uint8_t> present_;  // by row, once there is a null
  std::string page_;
};

}  // namespace souk::lake
