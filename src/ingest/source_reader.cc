#include "ingest/source_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace souk::ingest {
namespace {

tl::unexpected<Error> FailRead(const std::string& path, int number) {
  Code code = number == ENOENT                      ? Code::kNotFound
              : number == EACCES || number == EPERM ? Code::kDenied
                                                    : Code::kIo;
  const char* remedy =
      number == EACCES || number == EPERM ? "; make it readable for the user who runs Souk" : "";
  return Fail(code, "cannot read {}: {}{}", path, std::strerror(number), remedy);
}

}  // namespace

Result<std::unique_ptr<SourceReader>> SourceReader::Open(const std::string& path, Progress& progress) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FailRead(path, errno);
  std::unique_ptr<SourceReader> reader(new SourceReader(path, fd, progress));
  struct stat info {};
  if (fstat(fd, &info) != 0) return FailRead(path, errno);
  if (S_ISDIR(info.st_mode)) return Fail(Code::kInvalid, "{} is a folder", path);
  if (S_ISREG(info.st_mode)) posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  reader->head_.resize(kHeadBytes);
  size_t filled = 0;
  while (filled < kHeadBytes) {
    TRY(size_t got, reader->ReadSome(reader->head_.data() + filled, kHeadBytes - filled));
    if (got == 0) break;
    filled += got;
  }
  reader->head_.resize(filled);
  reader->head_is_all_ = filled < kHeadBytes;
  return reader;
}

SourceReader::~SourceReader() { close(fd_); }

Result<size_t> SourceReader::ReadSome(char* to, size_t bytes) {
  for (;;) {
    ssize_t got = read(fd_, to, bytes);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return FailRead(path_, errno);
  }
}

std::vector<std::string> SourceReader::Pieces(size_t count, size_t bytes) const {
  std::vector<std::string> pieces;
  struct stat info {};
  if (head_is_all_ || fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) return pieces;
  off_t size = info.st_size;
  for (size_t i = 1; i <= count; ++i) {
    std::string piece(bytes, '\0');
    ssize_t got =
        pread(fd_, piece.data(), bytes, size / static_cast<off_t>(count + 1) * static_cast<off_t>(i));
    if (got <= 0) break;
    piece.resize(static_cast<size_t>(got));
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

void SourceReader::Decode(record::Encoding encoding, size_t mark_bytes) {
  skip_ = mark_bytes;
  bool big = encoding == record::Encoding::kUtf16Be;
  if (big || encoding == record::Encoding::kUtf16Le) utf16_ = std::make_unique<record::Utf16Reader>(big);
}

void SourceReader::Count(std::string_view bytes) {
  if (hashing_) hash_.Update(bytes);
  bytes_ += bytes.size();
  progress_.Advance(bytes.size());
}

void SourceReader::Take(std::string_view bytes, std::string& out) {
  Count(bytes);
  size_t skipped = std::min(skip_, bytes.size());
  skip_ -= skipped;
  bytes.remove_prefix(skipped);
  if (utf16_) {
    utf16_->Append(bytes, out);
  } else {
    out.append(bytes);
  }
}

Result<bool> SourceReader::Read(std::string& out) {
  TRY_STATUS(progress_.CheckCancelled());
  if (ended_) return false;
  if (!head_given_) {
    head_given_ = true;
    Take(head_, out);
    return true;
  }
  size_t got = 0;
  if (utf16_) {
    raw_.resize(kPieceBytes);
    TRY(got, ReadSome(raw_.data(), raw_.size()));
    Take({raw_.data(), got}, out);
  } else {
    size_t size = out.size();
    out.resize(size + kPieceBytes);
    TRY(got, ReadSome(out.data() + size, kPieceBytes));
    out.resize(size + got);
    Count(std::string_view(out).substr(size));
  }
  if (got > 0) return true;
  ended_ = true;
  if (utf16_) utf16_->Finish(out);
  return true;  // what Finish may have added is still to be looked at
}

std::string SourceReader::Fingerprint(const std::string& record) {
  hash_.Update(std::string_view("\0", 1));
  hash_.Update(record);
  return hash_.HexDigest();
}

}  // namespace souk::ingest
