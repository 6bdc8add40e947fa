#include "kafka/client_settings.h"

#include <gtest/gtest.h>

#include "kafka/java_properties.h"

namespace souk::kafka {
namespace {

TEST(ClientSettingsTest, Urls) {
  EXPECT_EQ(ParseUrl("embedded", "127.0.0.1:9999")->all.at("bootstrap.servers"), "127.0.0.1:9999");
  auto settings = ParseUrl("kafka://h1,h2:19092,[::1]:7?security.protocol=ssl&client.id=me", "");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->all.at("bootstrap.servers"), "h1:9092,h2:19092,[::1]:7");
  EXPECT_EQ(settings->all.at("security.protocol"), "ssl");
  EXPECT_EQ(settings->all.at("client.id"), "me");
  for (const char* wrong : {"", "localhost:9092", "http://h", "kafka://", "kafka://a,,b", "kafka://a/topic",
                            "kafka://a?nonsense=1", "kafka://a?acks", "kafka://a?security.protocol=none"}) {
    auto refused = ParseUrl(wrong, "");
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, Code::kInvalid);
  }
}

TEST(ClientSettingsTest, PropertiesAsKafkaHasThem) {
  auto settings = ParseProperties(
      "# clients\n"
      "bootstrap.servers=localhost:9092\n"
      "producer.acks=all\n"
      "producer.linger.ms = 10\n"
      "compression.type: snappy\n"
      "buffer.memory=33554432\n"
      "key.serializer=org.apache.kafka.common.serialization.StringSerializer\n"
      "consumer.auto.offset.reset=earliest\n"
      "consumer.group.id=g\n"
      "partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor\n"
      "sasl.jaas.config=org.apache.kafka.PlainLoginModule required username=\"u\" password=\"p q\";\n"
      "topic.name=ecommerce-transactions\n"
      "topic.partitions=3\n"
      "retention.ms=604800000\n"
      "log.retention.hours=168\n"
      "num.network.threads=8\n",
      "kafka.properties");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->all.at("bootstrap.servers"), "localhost:9092");
  EXPECT_EQ(settings->all.at("compression.type"), "snappy");
  EXPECT_EQ(settings->all.at("queue.buffering.max.kbytes"), "32768");
  EXPECT_EQ(settings->all.at("partition.assignment.strategy"), "cooperative-sticky");
  EXPECT_EQ(settings->all.at("sasl.username"), "u");
  EXPECT_EQ(settings->all.at("sasl.password"), "p q");
  EXPECT_EQ(settings->producer, (Properties{{"acks", "all"}, {"linger.ms", "10"}}));
  EXPECT_EQ(settings->consumer, (Properties{{"auto.offset.reset", "earliest"}, {"group.id", "g"}}));
  EXPECT_EQ(
      settings->topic,
      (Properties{{"name", "ecommerce-transactions"}, {"partitions", "3"}, {"retention.ms", "604800000"}}));
  ASSERT_EQ(settings->notes.size(), 3u);
  EXPECT_EQ(settings->notes[0],
            "kafka.properties line 7: key.serializer is passed over: it is of the Java clients and has no "
            "effect here.");
  EXPECT_NE(settings->notes[1].find("log.retention.hours"), std::string::npos);
}

TEST(ClientSettingsTest, UnknownNamesAndValuesSaySo) {
  auto unknown = ParseProperties("\nlinger.mss=5\n", "f");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "f line 2: Kafka has no property linger.mss; did you mean linger.ms?");
  auto value = ParseProperties("acks=all\nlinger.ms=soon\n", "f");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message.substr(0, 8), "f line 2") << value.error().message;
  EXPECT_FALSE(ReadProperties("/nowhere/at.all"));
}

TEST(ClientSettingsTest, LaterOnesWin) {
  ClientSettings base;
  base.all = {{"a", "1"}, {"b", "1"}};
  ClientSettings over;
  over.all = {{"b", "2"}};
  over.producer = {{"c", "3"}};
  ClientSettings merged = Merge(base, over);
  EXPECT_EQ(merged.all, (Properties{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(merged.producer, (Properties{{"c", "3"}}));
}

TEST(JavaPropertiesTest, AsJavaReadsThem) {
  auto all = ReadJavaProperties(
      "! comment\r\n"
      "  a = 1 \r\n"
      "b:two\n"
      "c three\n"
      "d\n"
      "e\\ f\\=g=h\\\n"
      "   i\n"
      "u=\\u00e4\\t\\q\n"
      "last=x\\");
  std::vector<std::pair<std::string, std::string>> expected = {
      {"a", "1 "},     {"b", "two"},         {"c", "three"}, {"d", ""},
      {"e f=g", "hi"}, {"u", "\xc3\xa4\tq"}, {"last", "x"}};
  ASSERT_EQ(all.size(), expected.size());
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].name, expected[i].first);
    EXPECT_EQ(all[i].value, expected[i].second);
  }
  EXPECT_EQ(all[5].line, 8);
}

}  // namespace
}  // namespace souk::kafka
