#include "log/compression.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "log/big_endian.h"

namespace souk::log {
namespace {

constexpr size_t kStep = 64 << 10;
// snappy-java's stream: this, two versions, then blocks, each behind its length.
constexpr std::string_view kSnappyMagic("\x82SNAPPY\0", 8);
constexpr size_t kSnappyHeaderBytes = 16;
constexpr size_t kSnappyBlock = 32 << 10;

tl::unexpected<Error> Broken(const char* codec) {
  return Fail(Code::kCorrupt, "the records cannot be decompressed: this is not {}", codec);
}

tl::unexpected<Error> TooMuch(size_t max_bytes) {
  return Fail(Code::kInvalid, "the records need more than {} bytes when decompressed", max_bytes);
}

// Makes room for one more step behind what `out` holds; false when that passes the limit.
bool Grow(std::string& out, size_t used, size_t max_bytes) {
  if (used > max_bytes) return false;
  out.resize(std::max(out.size(), used + std::max(kStep, used / 2)));
  return true;
}

Result<std::string> Gunzip(std::string_view bytes, size_t max_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return Fail(Code::kIo, "zlib cannot start");
  std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  size_t used = 0;
  while (true) {
    if (!Grow(out, used, max_bytes)) return TooMuch(max_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = static_cast<uInt>(out.size() - used);
    int status = inflate(&stream, Z_NO_FLUSH);
    used = out.size() - stream.avail_out;
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      if (inflateReset(&stream) != Z_OK) return Broken("gzip");
      continue;
    }
    if (status != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) return Broken("gzip");
  }
  if (used > max_bytes) return TooMuch(max_bytes);
  out.resize(used);
  return out;
}

Status UnsnapBlock(std::string_view bytes, size_t max_bytes, std::string& out) {
  size_t length = 0;
  if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &length)) return Broken("snappy");
  if (length > max_bytes - std::min(max_bytes, out.size())) return TooMuch(max_bytes);
  // The block says itself how long it is; a lie must not take memory before it is found out.
  if (!snappy::IsValidCompressedBuffer(bytes.data(), bytes.size())) return Broken("snappy");
  size_t used = out.size();
  out.resize(used + length);
  if (!snappy::RawUncompress(bytes.data(), bytes.size(), out.data() + used)) return Broken("snappy");
  return {};
}

Result<std::string> Unsnap(std::string_view bytes, size_t max_bytes) {
  std::string out;
  if (!bytes.starts_with(kSnappyMagic)) {
    TRY_STATUS(UnsnapBlock(bytes, max_bytes, out));
    return out;
  }
  if (bytes.size() < kSnappyHeaderBytes) return Broken("snappy");
  bytes.remove_prefix(kSnappyHeaderBytes);
  while (!bytes.empty()) {
    if (bytes.size() < 4) return Broken("snappy");
    uint32_t length = LoadBig<uint32_t>(bytes.data());
    bytes.remove_prefix(4);
    if (length > bytes.size()) return Broken("snappy");
    TRY_STATUS(UnsnapBlock(bytes.substr(0, length), max_bytes, out));
    bytes.remove_prefix(length);
  }
  return out;
}

Result<std::string> Unlz4(std::string_view bytes, size_t max_bytes) {
  LZ4F_dctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) {
    return Fail(Code::kIo, "lz4 cannot start");
  }
  std::unique_ptr<LZ4F_dctx, size_t (*)(LZ4F_dctx*)> owner(context, LZ4F_freeDecompressionContext);
  std::string out;
  size_t used = 0;
  size_t hint = 1;
  while (!bytes.empty() || hint != 0) {
    if (!Grow(out, used, max_bytes)) return TooMuch(max_bytes);
    size_t to = out.size() - used;
    size_t from = bytes.size();
    hint = LZ4F_decompress(context, out.data() + used, &to, bytes.data(), &from, nullptr);
    if (LZ4F_isError(hint) || (to == 0 && from == 0)) return Broken("lz4");
    used += to;
    bytes.remove_prefix(from);
  }
  if (used > max_bytes) return TooMuch(max_bytes);
  out.resize(used);
  return out;
}

Result<std::string> Unzstd(std::string_view bytes, size_t max_bytes) {
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) return Fail(Code::kIo, "zstd cannot start");
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string out;
  size_t used = 0;
  size_t left = 1;
  while (in.pos < in.size || left != 0) {
    if (!Grow(out, used, max_bytes)) return TooMuch(max_bytes);
    ZSTD_outBuffer to{out.data(), out.size(), used};
    size_t consumed = in.pos;
    left = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(left) || (to.pos == used && in.pos == consumed)) return Broken("zstd");
    used = to.pos;
  }
  if (used > max_bytes) return TooMuch(max_bytes);
  out.resize(used);
  return out;
}

Result<std::string> Gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Fail(Code::kIo, "zlib cannot start");
  }
  std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, deflateEnd);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return Fail(Code::kIo, "zlib cannot compress");
  out.resize(out.size() - stream.avail_out);
  return out;
}

std::string Snap(std::string_view bytes) {
  std::string out(kSnappyMagic);
  AppendBig<int32_t>(out, 1);
  AppendBig<int32_t>(out, 1);
  for (size_t at = 0; at < bytes.size(); at += kSnappyBlock) {
    std::string block;
    std::string_view part = bytes.substr(at, kSnappyBlock);
    snappy::Compress(part.data(), part.size(), &block);
    AppendBig(out, static_cast<int32_t>(block.size()));
    out += block;
  }
  return out;
}

}  // namespace

Result<std::string> Decompress(Compression compression, std::string_view bytes, size_t max_bytes) {
  switch (compression) {
    case Compression::kNone:
      if (bytes.size() > max_bytes) return TooMuch(max_bytes);
      return std::string(bytes);
    case Compression::kGzip: return Gunzip(bytes, max_bytes);
    case Compression::kSnappy: return Unsnap(bytes, max_bytes);
    case Compression::kLz4: return Unlz4(bytes, max_bytes);
    case Compression::kZstd: return Unzstd(bytes, max_bytes);
  }
  return Fail(Code::kCorrupt, "unknown compression {}", static_cast<int>(compression));
}

Result<std::string> Compress(Compression compression, std::string_view bytes) {
  switch (compression) {
    case Compression::kNone: return std::string(bytes);
    case Compression::kGzip: return Gzip(bytes);
    case Compression::kSnappy: return Snap(bytes);
    case Compression::kLz4: {
      std::string out(LZ4F_compressFrameBound(bytes.size(), nullptr), '\0');
      size_t size = LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), nullptr);
      if (LZ4F_isError(size)) return Fail(Code::kIo, "lz4 cannot compress");
      out.resize(size);
      return out;
    }
    case Compression::kZstd: {
      std::string out(ZSTD_compressBound(bytes.size()), '\0');
      size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3);
      if (ZSTD_isError(size)) return Fail(Code::kIo, "zstd cannot compress");
      out.resize(size);
      return out;
    }
  }
  return Fail(Code::kUnsupported, "unknown compression {}", static_cast<int>(compression));
}

}  // namespace souk::log
