#include "protocol/kafka/wire.h"

#include <bit>
#include <cstring>
#include <type_traits>

namespace souk::protocol::kafka {
namespace {

constexpr const char* kTruncated = "the message ends in the middle of a field";

template <typename T>
T BigEndian(T value) {
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

}  // namespace

std::string Uuid::ToString() const {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  uint32_t bits = 0;
  int held = 0;
  for (uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text.push_back(kDigits[bits >> (held - 6) & 63]);
  }
  text.push_back(kDigits[bits << (6 - held) & 63]);
  return text;
}

uint64_t Records::size() const {
  uint64_t total = bytes.size();
  for (const FileSpan& span : spans) total += span.length;
  return total;
}

void Reader::Fail(const char* problem) {
  if (ok_) problem_ = problem;
  ok_ = false;
  at_ = end_;
}

std::string_view Reader::Take(size_t size) {
  if (size > left()) {
    Fail(kTruncated);
    return {};
  }
  std::string_view taken(at_, size);
  at_ += size;
  return taken;
}

template <typename T>
T Reader::Integer() {
  std::string_view taken = Take(sizeof(T));
  if (taken.empty()) return 0;
  std::make_unsigned_t<T> value;
  std::memcpy(&value, taken.data(), sizeof value);
  return static_cast<T>(BigEndian(value));
}
template int8_t Reader::Integer();
template int16_t Reader::Integer();
template uint16_t Reader::Integer();
template int32_t Reader::Integer();
template int64_t Reader::Integer();

double Reader::Float64() { return std::bit_cast<double>(Int64()); }

uint32_t Reader::UnsignedVarint() {
  uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    auto byte = static_cast<uint8_t>(Int8());
    if (!ok_) return 0;
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail("a varint is longer than 5 bytes");
  return 0;
}

Uuid Reader::ReadUuid() {
  Uuid uuid;
  std::string_view taken = Take(uuid.bytes.size());
  if (!taken.empty()) std::memcpy(uuid.bytes.data(), taken.data(), taken.size());
  return uuid;
}

std::optional<std::string_view> Reader::NullableString(bool compact) {
  int64_t length = compact ? static_cast<int64_t>(UnsignedVarint()) - 1 : Int16();
  if (length < 0 || !ok_) return std::nullopt;
  return Take(static_cast<size_t>(length));
}

std::optional<std::string_view> Reader::NullableBytes(bool compact) {
  int64_t length = compact ? static_cast<int64_t>(UnsignedVarint()) - 1 : Int32();
  if (length < 0 || !ok_) return std::nullopt;
  return Take(static_cast<size_t>(length));
}

std::string_view Reader::String(bool compact) {
  auto text = NullableString(compact);
  if (!text) Fail("a string is null that must not be");
  return text.value_or(std::string_view());
}

std::string_view Reader::Bytes(bool compact) {
  auto bytes = NullableBytes(compact);
  if (!bytes) Fail("bytes are null that must not be");
  return bytes.value_or(std::string_view());
}

Records Reader::ReadRecords(bool compact) {
  auto bytes = NullableBytes(compact);
  if (!bytes) return {};
  return Records::Of(*bytes);
}

int32_t Reader::Count(bool compact) {
  int64_t count = compact ? static_cast<int64_t>(UnsignedVarint()) - 1 : Int32();
  if (!ok_ || count < 0) return -1;
  if (static_cast<uint64_t>(count) > left()) {
    Fail("a count is larger than the message");
    return 0;
  }
  return static_cast<int32_t>(count);
}

Reader Reader::Sub(size_t size) { return Reader(Take(size)); }

void Reader::SkipTags() {
  for (uint32_t fields = UnsignedVarint(); fields > 0 && ok_; --fields) {
    UnsignedVarint();
    Skip(UnsignedVarint());
  }
}

template <typename T>
void Writer::Integer(T value) {
  value = BigEndian(value);
  buffer_.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template void Writer::Integer(uint16_t);
template void Writer::Integer(uint32_t);
template void Writer::Integer(uint64_t);

void Writer::Float64(double value) { Int64(std::bit_cast<int64_t>(value)); }

void Writer::UnsignedVarint(uint32_t value) {
  for (; value >= 0x80; value >>= 7) buffer_.push_back(static_cast<char>(value | 0x80));
  buffer_.push_back(static_cast<char>(value));
}

void Writer::WriteUuid(const Uuid& value) {
  buffer_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
}

void Writer::String(std::string_view value, bool compact) {
  // Longer than the length can say: cut rather than garble the message. Names are far below this.
  if (!compact && value.size() > 0x7fff) value = value.substr(0, 0x7fff);
  if (compact)
    UnsignedVarint(static_cast<uint32_t>(value.size()) + 1);
  else
    Int16(static_cast<int16_t>(value.size()));
  buffer_.append(value);
}

void Writer::Bytes(std::string_view value, bool compact) {
  Count(value.size(), compact);
  buffer_.append(value);
}

void Writer::Null(bool compact, int width) {
  if (compact)
    UnsignedVarint(0);
  else if (width == 2)
    Int16(-1);
  else
    Int32(-1);
}

void Writer::WriteRecords(const Records& value, bool compact) {
  if (value.is_null) return Null(compact, 4);
  Count(value.size(), compact);
  buffer_.append(value.bytes);
  for (const FileSpan& span : value.spans) {
    if (span.length == 0) continue;
    closed_ += buffer_.size() + span.length;
    segments_.push_back({std::move(buffer_), span});
    buffer_.clear();
  }
}

void Writer::Count(size_t count, bool compact) {
  if (compact)
    UnsignedVarint(static_cast<uint32_t>(count) + 1);
  else
    Int32(static_cast<int32_t>(count));
}

void Writer::Tagged(uint32_t tag, Writer& body) {
  UnsignedVarint(tag);
  UnsignedVarint(static_cast<uint32_t>(body.buffer_.size()));
  buffer_.append(body.buffer_);
}

std::vector<Segment> Writer::Take() {
  if (!buffer_.empty() || segments_.empty()) segments_.push_back({std::move(buffer_), {}});
  buffer_.clear();
  closed_ = 0;
  return std::move(segments_);
}

std::string Writer::TakeBytes() { return std::move(buffer_); }

}  // namespace souk::protocol::kafka
