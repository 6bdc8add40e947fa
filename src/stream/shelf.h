// Bytes that are seldom needed, each under an id: the newest in memory, the others in a file, so that what is
// in memory of one is its place (about 20 bytes). Nothing of it outlives the program.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "stream/id.h"
#include "stream/node_table.h"

namespace souk::stream {

struct ShelfOptions {
  uint64_t memory_bytes = 64 << 20;  // for the bytes that are in memory
  std::string directory = {};        // where the file is made, without a name; "" = the system's for such
};

// Not thread-safe. Fails when the file cannot be made, written (kUnavailable: the disk is full) or read.
class Shelf {
 public:
  // Names an entry as long as it is there; given to another one later.
  using Node = uint32_t;
  static constexpr Node kNone = NodeTable::kNone;

  struct Entry {
    Node node = kNone;  // kNone: there is none
    Id id;
    std::string_view bytes;  // good until the next call
  };

  explicit Shelf(ShelfOptions options) : options_(std::move(options)), index_(kMostEighths) {}
  ~Shelf();
  Shelf(const Shelf&) = delete;

  Result<Entry> Find(const Id& id);
  Result<Entry> Read(Node node);
  // New bytes of a node, or of an id that has none yet (kNone). `bytes` may be of an Entry.
  Result<Node> Put(const Id& id, Node node, std::string_view bytes);
  void Erase(const Id& id, Node node);

  size_t size() const { return size_; }
  // Nodes are below it.
  Node node_end() const { return static_cast<Node>(places_.size()); }
  uint64_t bytes_in_memory() const { return held_ * kChunk; }
  // What says where the entries are.
  uint64_t index_bytes() const { return index_.bytes() + places_.capacity() * sizeof(Place); }

 private:
  static constexpr size_t kMostEighths = 6;
  static constexpr uint32_t kChunk = 1 << 20, kUnit = 8;
  static constexpr uint32_t kUnitsBits = 17;  // of a chunk
  static constexpr uint32_t kMostChunks = 1 << (32 - kUnitsBits);

  // What lies before an entry's bytes.
  struct Head {
    Id id;
    Node node;
    uint32_t size;
  };
  struct Chunk {
    std::unique_ptr<char[]> bytes;  // null: it is in the file, at its number's place, or free
    uint32_t used = 0, live = 0;    // bytes, entries
  };
  // Where an entry is: its chunk, and how many units from its beginning.
  using Place = uint32_t;
  static constexpr Place kNowhere = 0xffffffff;

  Result<Entry> ReadAt(Place place);
  Result<Entry> ReadFile(uint32_t chunk, uint32_t offset);
  Status Append(uint32_t& chunk, const Head& head, std::string_view bytes);
  Result<uint32_t> NewChunk(size_t bytes);
  void Leave(Place place);
  void Free(uint32_t chunk);
  Status MakeRoom();
  Status MoveToFile(uint32_t chunk);
  Status WriteOut(uint32_t chunk);
  Status OpenFile();

  ShelfOptions options_;
  NodeTable index_;
  std::vector<Place> places_;  // by node
  std::vector<Node> free_nodes_;
  size_t size_ = 0;

  std::vector<Chunk> chunks_;
  std::vector<uint32_t> free_chunks_;
  std::deque<uint32_t> full_;    // chunks in memory, the oldest first
  uint32_t growing_ = kNowhere;  // where new entries go
  uint32_t leaving_ = kNowhere;  // of old ones: it goes to the file when it is full
  size_t held_ = 0;              // chunks in memory
  int file_ = -1;
  std::string read_;
};

}  // namespace souk::stream
