// Every message in every version: written and read again, and cut at every byte.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "protocol/kafka/message/samples.h"

namespace souk::protocol::kafka {
namespace {

template <typename T>
std::string Encoded(const T& message, int version) {
  Writer out;
  message.Encode(out, version);
  return out.TakeBytes();
}

TEST(Messages, RoundTripInEveryVersion) {
  int versions = 0;
  ForEachMessage([&]<typename T>(const char* name) {
    for (int version = T::kMinVersion; version <= T::kMaxVersion; ++version, ++versions) {
      for (uint64_t seed = 0; seed < 20; ++seed) {
        TestRandom random(seed);
        T sample;
        Sample(random, version, sample);
        std::string bytes = Encoded(sample, version);
        Reader in(bytes);
        T read;
        ASSERT_TRUE(read.Decode(in, version)) << name << " v" << version << ": " << in.problem();
        EXPECT_EQ(in.left(), 0u) << name << " v" << version;
        EXPECT_TRUE(read == sample) << name << " v" << version << " seed " << seed;
        EXPECT_EQ(Encoded(read, version), bytes) << name << " v" << version;
      }
    }
  });
  EXPECT_GT(versions, 200);
}

TEST(Messages, CutAtEveryByteAreRefused) {
  ForEachMessage([&]<typename T>(const char* name) {
    for (int version = T::kMinVersion; version <= T::kMaxVersion; ++version) {
      TestRandom random(7);
      T sample;
      Sample(random, version, sample);
      std::string bytes = Encoded(sample, version);
      for (size_t size = 0; size < bytes.size(); ++size) {
        // A copy of exactly this size, so that a sanitizer sees a read behind the end.
        std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
        Reader in(std::string_view(cut.data(), cut.size()));
        T read;
        ASSERT_FALSE(read.Decode(in, version)) << name << " v" << version << " cut at " << size;
      }
    }
  });
}

TEST(Messages, AnErrorIsSeenWhereItIsSent) {
  FetchResponse fetch;
  fetch.responses.emplace_back().partitions.emplace_back();
  EXPECT_FALSE(fetch.HasError(12));
  fetch.error_code = 70;
  EXPECT_TRUE(fetch.HasError(7));
  EXPECT_FALSE(fetch.HasError(6)) << "this version has no error of the whole answer";
  fetch.error_code = 0;
  fetch.responses[0].partitions[0].error_code = -1;
  EXPECT_TRUE(fetch.HasError(4));
  CreateTopicsResponse created;
  created.topics.emplace_back().topic_config_error_code = 29;
  EXPECT_FALSE(created.HasError(7)) << "the topic itself was made";
}

TEST(Messages, ACountThatTheMessageCannotHoldCostsNothing) {
  Writer out;
  out.Int32(0x7fffffff);  // topics of a Metadata request
  std::string bytes = out.TakeBytes();
  Reader in(bytes);
  MetadataRequest request;
  EXPECT_FALSE(request.Decode(in, 1));
  EXPECT_STREQ(in.problem(), "a count is larger than the message");
}

TEST(Messages, UnknownTaggedFieldsAreSkipped) {
  Writer out;
  out.NullCount(true);  // topics
  out.Bool(true);
  out.Bool(false);
  out.UnsignedVarint(1);  // one tagged field: number 77, three bytes
  out.UnsignedVarint(77);
  out.String("ab", true);
  std::string bytes = out.TakeBytes();
  bytes[bytes.size() - 3] = 2;  // the size of the field is that of its bytes, not length + 1
  Reader in(bytes);
  MetadataRequest request;
  EXPECT_TRUE(request.Decode(in, 12)) << in.problem();
  EXPECT_FALSE(request.topics.has_value());
  EXPECT_EQ(in.left(), 0u);
}

std::string Unhex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// Lines "message version hex", written by kafka-python: tests/fuzz/make_kafka_corpus.py.
TEST(Messages, BytesEqualThoseOfAnotherImplementation) {
  std::ifstream file("src/protocol/kafka/testdata/kafka_python.txt");
  ASSERT_TRUE(file) << "src/protocol/kafka/testdata/kafka_python.txt is missing";
  std::string line;
  int lines = 0, compared = 0;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string name, hex;
    int version = 0;
    words >> name >> version >> hex;
    std::string bytes = Unhex(hex);
    ++lines;
    ForEachMessage([&]<typename T>(const char* candidate) {
      if (name != candidate || version > T::kMaxVersion || version < T::kMinVersion) return;
      Reader in(bytes);
      T message;
      ASSERT_TRUE(message.Decode(in, version)) << name << " v" << version << ": " << in.problem();
      EXPECT_EQ(in.left(), 0u) << name << " v" << version;
      EXPECT_EQ(Encoded(message, version), bytes) << name << " v" << version;
      ++compared;
    });
  }
  EXPECT_EQ(compared, lines);
  EXPECT_GT(compared, 200);
}

}  // namespace
}  // namespace souk::protocol::kafka
