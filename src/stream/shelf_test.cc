#include "stream/shelf.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/files.h"

namespace souk::stream {
namespace {

Id IdOfNumber(uint32_t number) { return IdOf("entry " + std::to_string(number)); }

std::string Bytes(std::mt19937& random, size_t most) {
  std::string bytes(random() % most, static_cast<char>('a' + random() % 26));
  for (size_t i = 0; i < bytes.size(); i += 97) bytes[i] = static_cast<char>(random());
  return bytes;
}

TEST(Shelf, HasWhatAMapHas) {
  TempDir directory;
  Shelf shelf({.memory_bytes = 2 << 20, .directory = directory.path()});
  std::mt19937 random(11);
  std::map<uint32_t, std::string> expected;
  std::map<uint32_t, Shelf::Node> nodes;
  for (int step = 0; step < 60'000; ++step) {
    uint32_t number = static_cast<uint32_t>(random() % 8000);
    auto found = shelf.Find(IdOfNumber(number));
    ASSERT_TRUE(found) << found.error().message;
    auto known = expected.find(number);
    ASSERT_EQ(found->node != Shelf::kNone, known != expected.end());
    if (known != expected.end()) {
      ASSERT_EQ(found->bytes, known->second);
      ASSERT_EQ(found->node, nodes[number]);
      ASSERT_EQ(shelf.Read(found->node)->id, IdOfNumber(number));
      if (random() % 3 == 0) {
        shelf.Erase(IdOfNumber(number), found->node);
        EXPECT_EQ(shelf.Read(found->node)->node, Shelf::kNone);
        expected.erase(known);
        continue;
      }
    }
    expected[number] = Bytes(random, step % 1000 == 0 ? 1'500'000 : 3000);  // some larger than a chunk
    auto put = shelf.Put(IdOfNumber(number), found->node, expected[number]);
    ASSERT_TRUE(put) << put.error().message;
    nodes[number] = *put;
  }
  EXPECT_EQ(shelf.size(), expected.size());
  for (const auto& [number, bytes] : expected) ASSERT_EQ(shelf.Read(nodes[number])->bytes, bytes);
  EXPECT_TRUE(ListFiles(directory.path())->empty()) << "the file has a name";
}

TEST(Shelf, MemoryStaysWithinItsBound) {
  TempDir directory;
  Shelf shelf({.memory_bytes = 4 << 20, .directory = directory.path()});
  std::string bytes(1000, 'x');
  std::vector<Shelf::Node> nodes;
  for (uint32_t i = 0; i < 40'000; ++i) {
    auto put = shelf.Put(IdOfNumber(i), Shelf::kNone, bytes);
    ASSERT_TRUE(put);
    nodes.push_back(*put);
    ASSERT_LE(shelf.bytes_in_memory(), 6U << 20);  // one that grows, and one that goes to the file
  }
  for (uint32_t i = 0; i < 40'000; ++i) {
    ASSERT_EQ(shelf.Read(nodes[i])->bytes, bytes);
    shelf.Erase(IdOfNumber(i), nodes[i]);
  }
  EXPECT_EQ(shelf.size(), 0U);
}

TEST(Shelf, ADirectoryThatIsNotThereIsNamed) {
  Shelf shelf({.memory_bytes = 0, .directory = "/not/there"});
  Status put;
  for (uint32_t i = 0; put && i < 4000; ++i) {
    auto one = shelf.Put(IdOfNumber(i), Shelf::kNone, std::string(1000, 'x'));
    if (!one) put = tl::unexpected(one.error());
  }
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, Code::kUnavailable);
  EXPECT_NE(put.error().message.find("/not/there"), std::string::npos);
}

}  // namespace
}  // namespace souk::stream
