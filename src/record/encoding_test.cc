#include "record/encoding.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

std::string From1252(std::string_view bytes) {
  std::string text;
  return AppendWindows1252(bytes, text) ? text : "no";
}

std::string From16(std::string_view bytes, bool big, size_t piece) {
  std::string text;
  Utf16Reader reader(big);
  for (size_t at = 0; at < bytes.size(); at += piece) reader.Append(bytes.substr(at, piece), text);
  reader.Finish(text);
  return text;
}

TEST(Encoding, Marks) {
  size_t size = 0;
  EXPECT_EQ(EncodingOfMark("\xEF\xBB\xBF"
                           "a",
                           size),
            Encoding::kUtf8);
  EXPECT_EQ(size, 3u);
  EXPECT_EQ(EncodingOfMark("\xFF\xFE"
                           "a",
                           size),
            Encoding::kUtf16Le);
  EXPECT_EQ(EncodingOfMark("\xFE\xFF", size), Encoding::kUtf16Be);
  EXPECT_EQ(EncodingOfMark("abc", size), Encoding::kUtf8);
  EXPECT_EQ(size, 0u);
}

TEST(Encoding, Names) {
  EXPECT_EQ(*ParseEncoding("Latin1"), Encoding::kWindows1252);
  EXPECT_EQ(*ParseEncoding("utf-8"), Encoding::kUtf8);
  EXPECT_FALSE(ParseEncoding("ebcdic"));
}

TEST(Encoding, Windows1252) {
  EXPECT_EQ(From1252("\xA3"
                     "5 caf\xE9 \x80"),
            "£5 café €");
  EXPECT_EQ(From1252("\x81"), "no");
}

TEST(Encoding, CountsWhatIsUtf8) {
  size_t good = 0, bad = 0;
  CountUtf8("São Paulo\nBerlin\nMünchen\n\xA3 \xE2\x82 ü \xFF\xFE\xFD\xFC", good, bad);
  EXPECT_EQ(good, 2u);
  EXPECT_EQ(bad, 1u);
}

TEST(Encoding, Utf16InPiecesOfAnySize) {
  std::string_view text("h\0\xE9\0\xAC\x20\x3D\xD8\x00\xDE", 10);
  for (size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(From16(text, false, piece), "hé€😀") << piece;
  EXPECT_EQ(From16(std::string_view("\0h\0i", 4), true, 3), "hi");
}

TEST(Encoding, BrokenUtf16BecomesABadByte) {
  EXPECT_EQ(From16(std::string_view("\x3D\xD8h\0", 4), false, 2), "\xFFh");
  EXPECT_EQ(From16(std::string_view("\x00\xDEh\0", 4), false, 2), "\xFFh");
  EXPECT_EQ(From16(std::string_view("h\0i", 3), false, 2), "h\xFF");
}

}  // namespace
}  // namespace souk::record
