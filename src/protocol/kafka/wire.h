// The primitive types of the Kafka protocol: reading them from a request, writing them into an answer.
//
// Integers are big-endian. "Compact" lengths are unsigned varints of length + 1, 0 standing for null.
// Ownership: a Reader's views point into the bytes it was made from. Threads: none of these is shared.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::protocol::kafka {

struct Uuid {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const Uuid&) const = default;
  bool is_zero() const { return *this == Uuid{}; }
  // 22 characters of base64url, as Kafka's tools print it.
  std::string ToString() const;
};

// A piece of an open file that is sent as it lies on disk.
struct FileSpan {
  int fd = -1;
  uint64_t position = 0;
  uint64_t length = 0;
  std::shared_ptr<const void> keep;  // holds the file open
};

// Record batches: either bytes in memory or spans of files, which the writer passes on without reading them.
struct Records {
  bool is_null = true;
  std::string_view bytes;
  std::vector<FileSpan> spans;

  static Records Of(std::string_view bytes) { return {false, bytes, {}}; }
  uint64_t size() const;
  // Compares bytes only; spans are never decoded.
  bool operator==(const Records& other) const { return is_null == other.is_null && bytes == other.bytes; }
};

// Reads with every access checked. After the first failure all reads give zero and empty values, loops over
// counts end, and ok() stays false: callers check once at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  // What went wrong first, with no position; a static text.
  const char* problem() const { return problem_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  void Fail(const char* problem);

  bool Bool() { return Int8() != 0; }
  int8_t Int8() { return Integer<int8_t>(); }
  int16_t Int16() { return Integer<int16_t>(); }
  uint16_t Uint16() { return Integer<uint16_t>(); }
  int32_t Int32() { return Integer<int32_t>(); }
  int64_t Int64() { return Integer<int64_t>(); }
  double Float64();
  uint32_t UnsignedVarint();
  Uuid ReadUuid();

  // Lengths: int16 for strings and int32 for bytes, or compact. Null reads as nothing.
  std::optional<std::string_view> NullableString(bool compact);
  std::optional<std::string_view> NullableBytes(bool compact);
  std::string_view String(bool compact);
  std::string_view Bytes(bool compact);
  Records ReadRecords(bool compact);
  // Number of elements, -1 for null; never more than the bytes that are left.
  int32_t Count(bool compact);

  // The next `size` bytes as a reader of their own.
  Reader Sub(size_t size);
  void Skip(size_t size) { Take(size); }
  // Tagged fields that are all unknown.
  void SkipTags();

 private:
  template <typename T>
  T Integer();
  std::string_view Take(size_t size);

  const char* at_;
  const char* end_;
  bool ok_ = true;
  const char* problem_ = "";
};

// What was written: memory and file spans in order.
struct Segment {
  std::string bytes;
  FileSpan span;  // used when span.length is not 0; `bytes` comes before it
};

class Writer {
 public:
  void Bool(bool value) { Int8(value ? 1 : 0); }
  void Int8(int8_t value) { buffer_.push_back(static_cast<char>(value)); }
  void Int16(int16_t value) { Integer(static_cast<uint16_t>(value)); }
  void Uint16(uint16_t value) { Integer(value); }
  void Int32(int32_t value) { Integer(static_cast<uint32_t>(value)); }
  void Int64(int64_t value) { Integer(static_cast<uint64_t>(value)); }
  void Float64(double value);
  void UnsignedVarint(uint32_t value);
  void WriteUuid(const Uuid& value);
  void String(std::string_view value, bool compact);
  void Bytes(std::string_view value, bool compact);
  void Null(bool compact, int width);  // width: bytes of the length when not compact
  void WriteRecords(const Records& value, bool compact);
  void Count(size_t count, bool compact);
  void NullCount(bool compact) { Null(compact, 4); }
  // A tagged field of which `body` holds the bytes.
  void Tagged(uint32_t tag, Writer& body);
  void NoTags() { UnsignedVarint(0); }

  // Bytes so far, spans included.
  uint64_t size() const { return closed_ + buffer_.size(); }
  // Gives all segments away; the first holds at least what was written before the first span.
  std::vector<Segment> Take();
  // For messages without spans.
  std::string TakeBytes();

 private:
  template <typename T>
  void Integer(T value);

  std::string buffer_;
  std::vector<Segment> segments_;
  uint64_t closed_ = 0;  // bytes in segments_
};

}  // namespace souk::protocol::kafka
