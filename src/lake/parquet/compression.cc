#include "lake/parquet/compression.h"

#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <map>
#include <new>

namespace souk::lake {
namespace {

// Level 1 is half the work of the default and a few percent larger.
constexpr int kZstdLevel = 1;

size_t Snappy(char* out, std::string_view page) {
  size_t size = 0;
  snappy::RawCompress(page.data(), page.size(), out, &size);
  return size;
}

// The room is enough for any page, so only a lack of memory can fail.
size_t Zstd(char* out, size_t room, std::string_view page) {
  size_t size = ZSTD_compress(out, room, page.data(), page.size(), kZstdLevel);
  if (ZSTD_isError(size)) throw std::bad_alloc();
  return size;
}

constexpr int kGzipWindow = 15 + 16;  // the largest window, with gzip's header

size_t Gzip(char* out, size_t room, std::string_view page) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(page.data()));
  stream.avail_in = static_cast<uInt>(page.size());
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out = static_cast<uInt>(room);
  deflate(&stream, Z_FINISH);
  deflateEnd(&stream);
  return stream.total_out;
}

constexpr size_t kGzipHeader = 18;  // beyond what compressBound counts

size_t Room(ParquetCodec codec, size_t size) {
  switch (codec) {
    case ParquetCodec::kSnappy: return snappy::MaxCompressedLength(size);
    case ParquetCodec::kZstd: return ZSTD_compressBound(size);
    case ParquetCodec::kGzip: return compressBound(size) + kGzipHeader;
    default: return size;
  }
}

}  // namespace

Result<ParquetCodec> ParquetCodecOf(std::string_view name) {
  static const std::map<std::string_view, ParquetCodec> kCodecs = {{"snappy", ParquetCodec::kSnappy},
                                                                   {"zstd", ParquetCodec::kZstd},
                                                                   {"gzip", ParquetCodec::kGzip},
                                                                   {"none", ParquetCodec::kNone}};
  auto found = kCodecs.find(name);
  if (found != kCodecs.end()) return found->second;
  return Fail(Code::kInvalid, "no compression of Parquet files is called '{}': snappy, zstd, gzip or none",
              name);
}

size_t AppendCompressed(std::string& out, std::string_view page, ParquetCodec codec) {
  if (codec == ParquetCodec::kNone) {
    out += page;
    return page.size();
  }
  size_t begin = out.size();
  size_t room = Room(codec, page.size());
  out.resize(begin + room);
  char* to = out.data() + begin;
  size_t size = codec == ParquetCodec::kSnappy ? Snappy(to, page)
                : codec == ParquetCodec::kZstd ? Zstd(to, room, page)
                                               : Gzip(to, room, page);
  out.resize(begin + size);
  return size;
}

}  // namespace souk::lake
