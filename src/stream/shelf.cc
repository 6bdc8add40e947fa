#include "stream/shelf.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace souk::stream {
namespace {

constexpr size_t kReadAhead = 512;  // most entries are smaller

uint32_t Aligned(size_t bytes) { return static_cast<uint32_t>((bytes + 7) / 8 * 8); }

}  // namespace

Shelf::~Shelf() {
  if (file_ >= 0) ::close(file_);
}

Result<Shelf::Entry> Shelf::Find(const Id& id) {
  Status read;
  Entry found;
  auto is_it = [&](Node node) {
    auto entry = ReadAt(places_[node]);
    if (!entry) read = tl::unexpected(entry.error());
    if (!entry || entry->id != id) return false;
    found = *entry;
    return true;
  };
  index_.Find(id, is_it);
  TRY_STATUS(read);
  return found;
}

Result<Shelf::Entry> Shelf::Read(Node node) {
  if (places_[node] == kNowhere) return Entry();
  return ReadAt(places_[node]);
}

Result<Shelf::Entry> Shelf::ReadAt(Place place) {
  uint32_t chunk = place >> kUnitsBits, offset = (place & ((1 << kUnitsBits) - 1)) * kUnit;
  const char* from = chunks_[chunk].bytes.get();
  if (from == nullptr) return ReadFile(chunk, offset);
  Head head;
  std::memcpy(&head, from + offset, sizeof(head));
  return Entry{head.node, head.id, {from + offset + sizeof(head), head.size}};
}

Result<Shelf::Entry> Shelf::ReadFile(uint32_t chunk, uint32_t offset) {
  off_t at = static_cast<off_t>(chunk) * kChunk + offset;
  Head head;
  for (size_t wanted = std::min<size_t>(kReadAhead, chunks_[chunk].used - offset);;
       wanted = sizeof(head) + head.size) {
    read_.resize(wanted);
    ssize_t got = ::pread(file_, read_.data(), wanted, at);
    if (got != static_cast<ssize_t>(wanted))
      return Fail(Code::kUnavailable, "the stream's file in {} cannot be read at {}: {}", options_.directory,
                  at, got < 0 ? std::strerror(errno) : "it is too short");
    std::memcpy(&head, read_.data(), sizeof(head));
    if (sizeof(head) + head.size <= wanted) break;
  }
  return Entry{head.node, head.id, std::string_view(read_).substr(sizeof(head), head.size)};
}

Result<Shelf::Node> Shelf::Put(const Id& id, Node node, std::string_view bytes) {
  bool is_new = node == kNone;
  if (is_new && free_nodes_.empty()) {
    node = node_end();
    places_.push_back(kNowhere);
  } else if (is_new) {
    node = free_nodes_.back();
    free_nodes_.pop_back();
  }
  Place before = places_[node];
  TRY_STATUS(Append(growing_, {id, node, static_cast<uint32_t>(bytes.size())}, bytes));
  if (before != kNowhere) Leave(before);
  if (is_new) {
    index_.Insert(id, node);
    ++size_;
  }
  TRY_STATUS(MakeRoom());
  return node;
}

void Shelf::Erase(const Id& id, Node node) {
  index_.Erase(id, [&](Node other) { return other == node; });
  Leave(places_[node]);
  places_[node] = kNowhere;
  free_nodes_.push_back(node);
  --size_;
}

// The entry's place becomes the new one; the old one is the caller's to leave.
Status Shelf::Append(uint32_t& chunk, const Head& head, std::string_view bytes) {
  uint32_t size = Aligned(sizeof(head) + bytes.size());
  bool alone = size > kChunk;  // in a chunk of its own, which stays in memory
  uint32_t to = chunk;
  if (alone || to == kNowhere || chunks_[to].used + size > kChunk) {
    TRY(to, NewChunk(std::max<size_t>(size, kChunk)));
    if (!alone && chunk != kNowhere) {
      if (&chunk == &leaving_) TRY_STATUS(WriteOut(chunk));
      if (&chunk == &growing_) full_.push_back(chunk);
    }
    if (!alone) chunk = to;
  }
  Chunk& into = chunks_[to];
  char* at = into.bytes.get() + into.used;
  std::memcpy(at, &head, sizeof(head));
  if (!bytes.empty()) std::memcpy(at + sizeof(head), bytes.data(), bytes.size());
  places_[head.node] = to << kUnitsBits | into.used / kUnit;
  into.used += size;
  ++into.live;
  return {};
}

Result<uint32_t> Shelf::NewChunk(size_t bytes) {
  uint32_t number = static_cast<uint32_t>(chunks_.size());
  if (!free_chunks_.empty()) {
    number = free_chunks_.back();
    free_chunks_.pop_back();
  } else if (number + 1 < kMostChunks) {
    chunks_.emplace_back();
  } else {
    return Fail(Code::kUnavailable, "the stream has {} GB of open visits, and no place for more",
                (uint64_t{number} * kChunk) >> 30);
  }
  chunks_[number] = {std::make_unique_for_overwrite<char[]>(bytes), 0, 0};
  ++held_;
  return number;
}

void Shelf::Leave(Place place) {
  uint32_t chunk = place >> kUnitsBits;
  if (--chunks_[chunk].live > 0) return;
  // Those that grow, and those that wait for their turn in `full_`, are freed there.
  bool waits = chunks_[chunk].bytes != nullptr && chunks_[chunk].used <= kChunk;
  if (!waits) Free(chunk);
}

void Shelf::Free(uint32_t chunk) {
  if (chunks_[chunk].bytes != nullptr) --held_;
  chunks_[chunk] = {};
  free_chunks_.push_back(chunk);
}

Status Shelf::MakeRoom() {
  while (bytes_in_memory() > options_.memory_bytes && !full_.empty()) {
    uint32_t oldest = full_.front();
    full_.pop_front();
    TRY_STATUS(MoveToFile(oldest));
    Free(oldest);
  }
  return {};
}

// What still holds of it.
Status Shelf::MoveToFile(uint32_t chunk) {
  for (uint32_t offset = 0; offset < chunks_[chunk].used;) {
    Place place = chunk << kUnitsBits | offset / kUnit;
    TRY(Entry entry, ReadAt(place));
    uint32_t size = static_cast<uint32_t>(entry.bytes.size());
    offset += Aligned(sizeof(Head) + size);
    if (places_[entry.node] == place) TRY_STATUS(Append(leaving_, {entry.id, entry.node, size}, entry.bytes));
  }
  return {};
}

Status Shelf::WriteOut(uint32_t chunk) {
  if (chunks_[chunk].live == 0) {
    Free(chunk);
    return {};
  }
  if (file_ < 0) TRY_STATUS(OpenFile());
  const char* from = chunks_[chunk].bytes.get();
  off_t at = static_cast<off_t>(chunk) * kChunk;
  for (size_t done = 0; done < chunks_[chunk].used;) {
    ssize_t wrote = ::pwrite(file_, from + done, chunks_[chunk].used - done, at + static_cast<off_t>(done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0)
      return Fail(Code::kUnavailable, "the stream cannot put visits aside in {}: {}", options_.directory,
                  std::strerror(errno));
    done += static_cast<size_t>(wrote);
  }
  chunks_[chunk].bytes.reset();
  --held_;
  return {};
}

// Without a name, so that it goes with the program.
Status Shelf::OpenFile() {
  std::error_code none;
  if (options_.directory.empty()) options_.directory = std::filesystem::temp_directory_path(none);
  std::string name = options_.directory + "/stream-visits-XXXXXX";
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0)
    return Fail(Code::kUnavailable, "the stream cannot make a file in {}: {}", options_.directory,
                std::strerror(errno));
  ::unlink(name.c_str());
  return {};
}

}  // namespace souk::stream
