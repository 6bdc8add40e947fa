#include "lake/parquet/column_buffer.h"

#include <algorithm>

#include "lake/parquet/compression.h"
#include "lake/parquet/distinct.h"
#include "lake/parquet/hybrid.h"

namespace souk::lake {
namespace {

// Of a text that is worth having as a bound.
constexpr size_t kLongestBound = 64;
// A chunk of that many bytes that keeps more than so much of them says that the column's others will too.
constexpr int64_t kWorthALook = 1024, kDensePercent = 85;

template <typename T>
std::string PlainBytes(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename T>
std::string_view Plain(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <typename T>
void SetBounds(const std::vector<T>& values, ParquetStatistics& statistics) {
  if (values.empty()) return;
  auto [least, most] = std::minmax_element(values.begin(), values.end());
  statistics.least = PlainBytes(*least);
  statistics.most = PlainBytes(*most);
}

void SetBounds(const ParquetTexts& texts, ParquetStatistics& statistics) {
  ParquetTexts::Bounds bounds = texts.FindBounds();
  if (!bounds.any || std::max(bounds.least.size(), bounds.most.size()) > kLongestBound) return;
  statistics.least = bounds.least;
  statistics.most = bounds.most;
}

template <typename T>
std::vector<T> Numbers(const std::string& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::string PackedBools(const std::string& bytes) {
  std::string packed((bytes.size() + 7) / 8, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) packed[i / 8] |= static_cast<char>((bytes[i] & 1) << i % 8);
  return packed;
}

}  // namespace

void ParquetColumnBuffer::AppendNull() {
  if (nulls_++ == 0) present_.assign(rows_, 1);
  present_.push_back(0);
  ++rows_;
}

ParquetChunk ParquetColumnBuffer::NewChunk() const {
  ParquetChunk chunk;
  chunk.codec = hint_->dense ? ParquetCodec::kNone : codec_;
  chunk.statistics.emplace();
  return chunk;
}

ParquetChunk ParquetColumnBuffer::Flush(std::string& out, int64_t offset) {
  ParquetChunk chunk;
  switch (PhysicalType(column_)) {
    case ParquetPhysical::kByteArray: chunk = FlushTexts(out, offset); break;
    case ParquetPhysical::kInt32: chunk = FlushValues(Numbers<int32_t>(bytes_), out, offset); break;
    case ParquetPhysical::kInt64: chunk = FlushValues(Numbers<int64_t>(bytes_), out, offset); break;
    case ParquetPhysical::kBoolean: chunk = FlushPlain(PackedBools(bytes_), out, offset); break;
    default: chunk = FlushPlain(bytes_, out, offset); break;
  }
  chunk.statistics->nulls = static_cast<int64_t>(nulls_);
  hint_->dense |= chunk.codec != ParquetCodec::kNone && chunk.plain_bytes >= kWorthALook &&
                  chunk.stored_bytes * 100 > chunk.plain_bytes * kDensePercent;
  rows_ = nulls_ = 0;
  bytes_.clear();
  texts_.Clear();
  present_.clear();
  return chunk;
}

template <typename T>
ParquetChunk ParquetColumnBuffer::FlushValues(const std::vector<T>& values, std::string& out,
                                              int64_t offset) {
  Distinct<T> distinct;
  bool pays = !values.empty() && FindDistinct<T>(values, distinct);
  auto width = static_cast<size_t>(WidthOfPlaces(distinct.values.size()));
  pays = pays && distinct.values.size() * sizeof(T) + values.size() * width / 8 < values.size() * sizeof(T);
  ParquetChunk chunk =
      pays ? FlushPlaces(Plain(distinct.values), distinct.values.size(), distinct.places, out, offset)
           : FlushPlain(Plain(values), out, offset);
  SetBounds(pays ? distinct.values : values, *chunk.statistics);
  return chunk;
}

ParquetChunk ParquetColumnBuffer::FlushTexts(std::string& out, int64_t offset) {
  texts_.Settle();
  ParquetChunk chunk = texts_.has_dictionary()
                           ? FlushPlaces(texts_.plain(), texts_.distinct(), texts_.places(), out, offset)
                           : FlushPlain(texts_.plain(), out, offset);
  SetBounds(texts_, *chunk.statistics);
  return chunk;
}

ParquetChunk ParquetColumnBuffer::FlushPlaces(std::string_view dictionary, size_t count,
                                              std::span<const uint32_t> places, std::string& out,
                                              int64_t offset) {
  ParquetChunk chunk = NewChunk();
  size_t begin = out.size();
  page_.clear();
  size_t stored = AppendCompressed(page_, dictionary, chunk.codec);
  AppendDictionaryPageHeader(out, {dictionary.size(), stored}, count);
  chunk.dictionary_offset = offset;
  chunk.plain_bytes = static_cast<int64_t>(out.size() - begin + dictionary.size());
  out += page_;
  chunk.data_offset = offset + static_cast<int64_t>(out.size() - begin);
  int width = WidthOfPlaces(count);
  std::string encoded(1, static_cast<char>(width));
  AppendHybrid(encoded, places, width);
  AppendDataPage(encoded, ParquetEncoding::kDictionary, out, chunk);
  chunk.stored_bytes = static_cast<int64_t>(out.size() - begin);
  return chunk;
}

ParquetChunk ParquetColumnBuffer::FlushPlain(std::string_view plain, std::string& out, int64_t offset) {
  ParquetChunk chunk = NewChunk();
  chunk.data_offset = offset;
  size_t begin = out.size();
  AppendDataPage(plain, ParquetEncoding::kPlain, out, chunk);
  chunk.stored_bytes = static_cast<int64_t>(out.size() - begin);
  return chunk;
}

void ParquetColumnBuffer::AppendDataPage(std::string_view values, ParquetEncoding encoding, std::string& out,
                                         ParquetChunk& chunk) {
  std::string plain;
  if (column_.nullable) {
    std::string levels;
    if (nulls_ == 0) {
      AppendRun(levels, 1, rows_, 1);
    } else {
      AppendHybrid(levels, present_, 1);
    }
    plain += PlainBytes(static_cast<uint32_t>(levels.size()));
    plain += levels;
  }
  plain += values;
  page_.clear();
  size_t stored = AppendCompressed(page_, plain, chunk.codec);
  size_t begin = out.size();
  AppendDataPageHeader(out, {plain.size(), stored}, rows_, encoding);
  chunk.plain_bytes += static_cast<int64_t>(out.size() - begin + plain.size());
  out += page_;
}

}  // namespace souk::lake
