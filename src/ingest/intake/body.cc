#include "ingest/intake/body.h"

#include <zlib.h>

#include <memory>

namespace souk::ingest {
namespace {

constexpr size_t kFirstBytes = 65'536;
constexpr int kGzipWindow = 15 + 16;

tl::unexpected<Error> TooLarge(size_t max_bytes) {
  return Fail(Code::kDenied, "the request is larger than {} bytes; send fewer records at a time", max_bytes);
}

Result<std::string> Gunzip(std::string_view packed, size_t max_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return Fail(Code::kIo, "no memory to decompress a request");
  std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  while (true) {
    size_t have = stream.total_out;
    if (have > max_bytes) return TooLarge(max_bytes);
    // One byte more than is allowed tells that there is too much.
    text.resize(std::min(max_bytes + 1, std::max(kFirstBytes, have * 2)));
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + have);
    stream.avail_out = static_cast<uInt>(text.size() - have);
    int result = inflate(&stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) break;
    bool short_of_room = stream.avail_out == 0;
    if ((result != Z_OK && result != Z_BUF_ERROR) || !short_of_room) {
      return Fail(Code::kInvalid,
                  "the request's body is not a whole gzip file; leave the header Content-Encoding out if it "
                  "is not packed");
    }
  }
  if (stream.total_out > max_bytes) return TooLarge(max_bytes);
  if (stream.avail_in > 0)
    return Fail(Code::kInvalid, "something follows the gzip file in the request; send one file");
  text.resize(stream.total_out);
  return text;
}

}  // namespace

Result<std::string> DecodeBody(std::string body, std::string_view encoding, size_t max_bytes) {
  if (body.size() > max_bytes) return TooLarge(max_bytes);
  if (encoding.empty() || encoding == "identity") return body;
  if (encoding == "gzip" || encoding == "x-gzip") return Gunzip(body, max_bytes);
  return Fail(Code::kUnsupported, "the encoding '{:.40}' is not known; send gzip or nothing", encoding);
}

}  // namespace souk::ingest
