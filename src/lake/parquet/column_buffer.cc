#include "lake/parquet/column_buffer.h"

#include <algorithm>

#include "lake/parquet/compression.h"
#include "lake/parquet/distinct.h"
#include "lake/parquet/hybrid.h"

namespace souk::lake {
namespace {

// Of a text that is worth having as a bound.
constexpr size_t kLongestBound = 64;

template <typename T>
std::string_view PlainBytes(const T& value) {
  static_assert(std::is_arithmetic_v<T>);
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
std::string_view PlainBytes(std::string_view value) { return value; }

size_t PlainSize(std::string_view value) { return sizeof(uint32_t) + value.size(); }
template <typename T>
size_t PlainSize(const T&) {
  return sizeof(T);
}

void AppendPlain(std::string& out, std::string_view value) {
  auto size = static_cast<uint32_t>(value.size());
  out += PlainBytes(size);
  out += value;
}
template <typename T>
void AppendPlain(std::string& out, const T& value) {
  out += PlainBytes(value);
}

template <typename T>
size_t PlainSize(const std::vector<T>& values) {
  size_t size = 0;
  for (const T& value : values) size += PlainSize(value);
  return size;
}

template <typename T>
std::string Plain(const std::vector<T>& values) {
  std::string plain;
  plain.reserve(PlainSize(values));
  for (const T& value : values) AppendPlain(plain, value);
  return plain;
}

template <typename T>
void SetBounds(const std::vector<T>& values, ParquetStatistics& statistics) {
  if (values.empty()) return;
  auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (std::max(PlainBytes(*least).size(), PlainBytes(*most).size()) > kLongestBound) return;
  statistics.least = PlainBytes(*least);
  statistics.most = PlainBytes(*most);
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

std::vector<std::string_view> ParquetColumnBuffer::Texts() const {
  std::vector<std::string_view> texts;
  texts.reserve(ends_.size());
  size_t begin = 0;
  for (size_t end : ends_) {
    texts.emplace_back(bytes_.data() + begin, end - begin);
    begin = end;
  }
  return texts;
}

ParquetChunk ParquetColumnBuffer::Flush(std::string& out, int64_t offset, ParquetCodec codec) {
  ParquetChunk chunk;
  switch (PhysicalType(column_)) {
    case ParquetPhysical::kByteArray: chunk = FlushValues(Texts(), out, offset, codec); break;
    case ParquetPhysical::kInt32: chunk = FlushValues(Numbers<int32_t>(bytes_), out, offset, codec); break;
    case ParquetPhysical::kInt64: chunk = FlushValues(Numbers<int64_t>(bytes_), out, offset, codec); break;
    case ParquetPhysical::kBoolean: chunk = FlushPlain(PackedBools(bytes_), out, offset, codec); break;
    default: chunk = FlushPlain(bytes_, out, offset, codec); break;
  }
  chunk.statistics->nulls = static_cast<int64_t>(nulls_);
  rows_ = nulls_ = 0;
  bytes_.clear();
  ends_.clear();
  present_.clear();
  return chunk;
}

template <typename T>
ParquetChunk ParquetColumnBuffer::FlushValues(const std::vector<T>& values, std::string& out, int64_t offset,
                                              ParquetCodec codec) {
  Distinct<T> distinct;
  size_t plain = PlainSize(values);
  bool pays = !values.empty() && FindDistinct<T>(values, distinct);
  int width = WidthOfPlaces(distinct.values.size());
  pays = pays && PlainSize(distinct.values) + values.size() * static_cast<size_t>(width) / 8 < plain;
  ParquetChunk chunk;
  if (!pays) {
    chunk = FlushPlain(Plain(values), out, offset, codec);
    SetBounds(values, *chunk.statistics);
    return chunk;
  }
  chunk.statistics.emplace();
  SetBounds(distinct.values, *chunk.statistics);
  size_t begin = out.size();
  std::string dictionary = Plain(distinct.values);
  page_.clear();
  size_t stored = AppendCompressed(page_, dictionary, codec);
  AppendDictionaryPageHeader(out, {dictionary.size(), stored}, distinct.values.size());
  chunk.dictionary_offset = offset;
  chunk.plain_bytes = static_cast<int64_t>(out.size() - begin + dictionary.size());
  out += page_;
  chunk.data_offset = offset + static_cast<int64_t>(out.size() - begin);
  std::string places(1, static_cast<char>(width));
  AppendHybrid(places, distinct.places, width);
  AppendDataPage(places, ParquetEncoding::kDictionary, out, codec, chunk);
  chunk.stored_bytes = static_cast<int64_t>(out.size() - begin);
  return chunk;
}

ParquetChunk ParquetColumnBuffer::FlushPlain(std::string_view plain, std::string& out, int64_t offset,
                                             ParquetCodec codec) {
  ParquetChunk chunk;
  chunk.statistics.emplace();
  chunk.data_offset = offset;
  size_t begin = out.size();
  AppendDataPage(plain, ParquetEncoding::kPlain, out, codec, chunk);
  chunk.stored_bytes = static_cast<int64_t>(out.size() - begin);
  return chunk;
}

void ParquetColumnBuffer::AppendDataPage(std::string_view values, ParquetEncoding encoding, std::string& out,
                                         ParquetCodec codec, ParquetChunk& chunk) {
  std::string plain;
  if (column_.nullable) {
    std::string levels;
    if (nulls_ == 0) {
      AppendRun(levels, 1, rows_, 1);
    } else {
      AppendHybrid(levels, present_, 1);
    }
    AppendPlain(plain, std::string_view(levels));  // with its length in front
  }
  plain += values;
  page_.clear();
  size_t stored = AppendCompressed(page_, plain, codec);
  size_t begin = out.size();
  AppendDataPageHeader(out, {plain.size(), stored}, rows_, encoding);
  chunk.plain_bytes += static_cast<int64_t>(out.size() - begin + plain.size());
  out += page_;
}

}  // namespace souk::lake
