#include "base/text_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace souk {
namespace {

// Stores have these.
TEST(TextHash, TheWideOneIsForEver) {
  struct Known {
    std::string text;
    uint64_t high, low;
  };
  const Known known[] = {{"", 0x0bf30a32e24ccbc6, 0x927c26490b8a5721},
                         {"a", 0x162462d304f01e2d, 0x2c79220025156875},
                         {"order 1", 0x70560c4d1216e731, 0x468a2f6f6888a62a},
                         {"0123456789abcdef", 0xfc522e9a0f5685e7, 0x483221aa9dd46129},
                         {"0123456789abcdefg", 0x4cead99e22ea8e26, 0x78cff18e11a25beb},
                         {std::string(100, 'x'), 0xfce50917cd998194, 0x80442a8152ec442f}};
  for (const Known& each : known) {
    WideHash hash = WideHashOf(each.text);
    EXPECT_EQ(hash.high, each.high) << each.text;
    EXPECT_EQ(hash.low, each.low) << each.text;
  }
}

TEST(TextHash, EveryLengthAndEveryByteCounts) {
  std::set<uint64_t> seen;
  size_t texts = 0;
  for (size_t size = 0; size <= 40; ++size) {
    std::string text(size, '\0');
    seen.insert(TextHashOf(text));
    ++texts;
    for (size_t i = 0; i < size; ++i) {
      std::string other = text;
      other[i] = '\1';
      seen.insert(TextHashOf(other));
      ++texts;
    }
  }
  EXPECT_EQ(seen.size(), texts);
}

}  // namespace
}  // namespace souk
