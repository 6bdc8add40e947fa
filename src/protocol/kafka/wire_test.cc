#include "protocol/kafka/wire.h"

#include <gtest/gtest.h>

#include "protocol/kafka/header.h"

namespace souk::protocol::kafka {
namespace {

TEST(Wire, IntegersAreBigEndian) {
  Writer out;
  out.Int8(-1);
  out.Int16(0x0102);
  out.Int32(0x03040506);
  out.Int64(0x0708090a0b0c0d0e);
  EXPECT_EQ(out.TakeBytes(), std::string("\xff\1\2\3\4\5\6\7\10\11\12\13\14\15\16"));
}

TEST(Wire, VarintsTakeAsManyBytesAsTheyNeed) {
  for (uint32_t value : {0u, 1u, 127u, 128u, 16383u, 16384u, 0xffffffffu}) {
    Writer out;
    out.UnsignedVarint(value);
    std::string bytes = out.TakeBytes();
    Reader in(bytes);
    EXPECT_EQ(in.UnsignedVarint(), value);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.left(), 0u);
  }
  Reader endless("\xff\xff\xff\xff\xff\xff");
  endless.UnsignedVarint();
  EXPECT_FALSE(endless.ok());
}

TEST(Wire, NullIsNotEmpty) {
  Writer out;
  out.Null(false, 2);
  out.Null(true, 2);
  out.String("", false);
  out.String("", true);
  std::string bytes = out.TakeBytes();
  EXPECT_EQ(bytes, std::string("\xff\xff\0\0\0\1", 6));
  Reader in(bytes);
  EXPECT_FALSE(in.NullableString(false));
  EXPECT_FALSE(in.NullableString(true));
  EXPECT_EQ(in.NullableString(false), "");
  EXPECT_EQ(in.NullableString(true), "");
  Reader refused(bytes);
  refused.String(false);
  EXPECT_FALSE(refused.ok());
}

TEST(Wire, SpansOfFilesAreSegmentsOfTheirOwn) {
  Writer out;
  out.Int32(7);
  Records records{false, {}, {{3, 100, 40, nullptr}, {3, 500, 2, nullptr}}};
  out.WriteRecords(records, false);
  out.Int8(9);
  EXPECT_EQ(out.size(), 4u + 4 + 42 + 1);
  auto segments = out.Take();
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_EQ(segments[0].bytes, std::string("\0\0\0\7\0\0\0\52", 8));
  EXPECT_EQ(segments[0].span.position, 100u);
  EXPECT_EQ(segments[1].bytes, "");
  EXPECT_EQ(segments[1].span.length, 2u);
  EXPECT_EQ(segments[2].bytes, "\11");
  EXPECT_EQ(segments[2].span.length, 0u);
}

TEST(Wire, HeaderOfARequest) {
  Writer out;
  WriteRequestHeader(out, {18, 3, 42, "kcat"}, true);
  std::string bytes = out.TakeBytes();
  Reader in(bytes);
  RequestHeader header = ReadRequestHeader(in);
  in.SkipTags();
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.left(), 0u);
  EXPECT_EQ(header.api_key, 18);
  EXPECT_EQ(header.api_version, 3);
  EXPECT_EQ(header.correlation_id, 42);
  EXPECT_EQ(header.client_id, "kcat");
}

TEST(Wire, AnIdPrintsAsKafkaPrintsIt) {
  Uuid id;
  for (size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<uint8_t>(i * 16 + i);
  EXPECT_EQ(id.ToString(), "ABEiM0RVZneImaq7zN3u_w");
}

}  // namespace
}  // namespace souk::protocol::kafka
