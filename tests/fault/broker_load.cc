// The other side of tests/fault/broker.py: idempotent producers that write down what was acknowledged, and a
// reader that compares the log with it. Uses librdkafka, unmodified.
//
// broker_load produce ADDRESS TOPIC PRODUCERS LEDGER   until SIGTERM; then waits for what is under way
// broker_load verify ADDRESS TOPIC LEDGER              prints what it found; exit 1 when something is lost or
// doubled
//
// A record is "producer sequence" padded to some bytes; a ledger line is "producer sequence partition
// offset".
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kFlushMs = 120'000;
constexpr int kQuietMs = 5000;
constexpr int kPayload = 100;

std::atomic<bool> stopping{false};
std::atomic<long> failed{0};
std::mutex ledger_mutex;
FILE* ledger = nullptr;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "broker_load: %s\n", what.c_str());
  std::exit(2);
}

rd_kafka_conf_t* Configuration(const char* address, const std::map<std::string, std::string>& settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[512];
  auto set = [&](const char* name, const char* value) {
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) Die(error);
  };
  set("bootstrap.servers", address);
  set("log_level", "0");
  set("reconnect.backoff.ms", "20");
  set("reconnect.backoff.max.ms", "200");
  for (const auto& [name, value] : settings) set(name.c_str(), value.c_str());
  return conf;
}

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err) {
    ++failed;
    std::fprintf(stderr, "not delivered: %s\n", rd_kafka_err2str(message->err));
    return;
  }
  std::string text(static_cast<const char*>(message->payload), message->len);
  int producer = 0;
  long sequence = 0;
  if (std::sscanf(text.c_str(), "%d %ld", &producer, &sequence) != 2)
    Die("a delivery report without its text");
  std::lock_guard lock(ledger_mutex);
  std::fprintf(ledger, "%d %ld %d %ld\n", producer, sequence, message->partition,
               static_cast<long>(message->offset));
}

void Produce(const char* address, const char* topic, int producer) {
  rd_kafka_conf_t* conf = Configuration(address, {{"enable.idempotence", "true"},
                                                  {"acks", "all"},
                                                  {"linger.ms", "2"},
                                                  {"delivery.timeout.ms", "600000"},
                                                  {"socket.timeout.ms", "5000"},
                                                  {"retry.backoff.ms", "50"}});
  rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  char error[512];
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (client == nullptr) Die(error);
  for (long sequence = 0; !stopping; ++sequence) {
    std::string text = std::to_string(producer) + " " + std::to_string(sequence) + " ";
    text.resize(kPayload, '.');
    while (rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_VALUE(text.data(), text.size()),
                             RD_KAFKA_V_PARTITION(static_cast<int32_t>(sequence % 3)),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_END) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_poll(client, 10);  // the queue is full while the broker is away
    }
    rd_kafka_poll(client, 0);
    if (sequence % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (rd_kafka_flush(client, kFlushMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
    Die("what was sent is not acknowledged in time");
  rd_kafka_destroy(client);
}

int RunProducers(const char* address, const char* topic, int producers, const char* path) {
  ledger = std::fopen(path, "w");
  if (ledger == nullptr) Die(std::string("cannot write ") + path);
  std::signal(SIGTERM, [](int) { stopping = true; });
  std::vector<std::thread> threads;
  for (int i = 0; i < producers; ++i) threads.emplace_back(Produce, address, topic, i);
  for (std::thread& thread : threads) thread.join();
  std::fclose(ledger);
  return failed == 0 ? 0 : 1;
}

using Key = std::pair<int, long>;
using Place = std::pair<int, long>;

std::map<Key, Place> ReadLedger(const char* path) {
  std::map<Key, Place> acknowledged;
  FILE* file = std::fopen(path, "r");
  if (file == nullptr) Die(std::string("cannot read ") + path);
  int producer, partition;
  long sequence, offset;
  while (std::fscanf(file, "%d %ld %d %ld", &producer, &sequence, &partition, &offset) == 4) {
    acknowledged[{producer, sequence}] = {partition, offset};
  }
  std::fclose(file);
  return acknowledged;
}

struct Found {
  std::map<Key, Place> records;
  std::map<int, long> next_offset;
  long doubled = 0, gaps = 0, disorder = 0;
};

void Take(const rd_kafka_message_t* message, Found& found, std::map<std::pair<int, int>, long>& last) {
  std::string text(static_cast<const char*>(message->payload), message->len);
  int producer = 0;
  long sequence = 0;
  if (std::sscanf(text.c_str(), "%d %ld", &producer, &sequence) != 2 || text.size() != kPayload) {
    Die("a record holds what nobody wrote: " + text);
  }
  int partition = message->partition;
  if (!found.records.emplace(Key{producer, sequence}, Place{partition, message->offset}).second)
    ++found.doubled;
  if (message->offset != found.next_offset[partition]) ++found.gaps;
  found.next_offset[partition] = message->offset + 1;
  auto [place, first] = last.emplace(std::pair{producer, partition}, -1);
  if (sequence <= place->second) ++found.disorder;
  place->second = sequence;
}

Found ReadAll(const char* address, const char* topic) {
  rd_kafka_conf_t* conf = Configuration(address, {{"group.id", "verify"},
                                                  {"enable.partition.eof", "true"},
                                                  {"check.crcs", "true"},
                                                  {"enable.auto.commit", "false"}});
  char error[512];
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (client == nullptr) Die(error);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* partitions = rd_kafka_topic_partition_list_new(3);
  for (int i = 0; i < 3; ++i) rd_kafka_topic_partition_list_add(partitions, topic, i)->offset = 0;
  rd_kafka_assign(client, partitions);
  Found found;
  std::map<std::pair<int, int>, long> last;
  for (int ends = 0; ends < 3;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client, kQuietMs);
    if (message == nullptr) Die("the log could not be read to its end");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
      ++ends;
    else if (message->err)
      std::fprintf(stderr, "reading: %s\n", rd_kafka_message_errstr(message));
    else
      Take(message, found, last);
    rd_kafka_message_destroy(message);
  }
  rd_kafka_topic_partition_list_destroy(partitions);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return found;
}

int Verify(const char* address, const char* topic, const char* path) {
  auto acknowledged = ReadLedger(path);
  Found found = ReadAll(address, topic);
  long lost = 0, moved = 0;
  for (const auto& [key, place] : acknowledged) {
    auto record = found.records.find(key);
    if (record == found.records.end())
      ++lost;
    else if (place.second >= 0 && record->second != place)
      ++moved;
  }
  std::printf(
      "acknowledged %zu, in the log %zu, lost %ld, doubled %ld, gaps %ld, out of order %ld, elsewhere than "
      "said %ld\n",
      acknowledged.size(), found.records.size(), lost, found.doubled, found.gaps, found.disorder, moved);
  bool good = lost + found.doubled + found.gaps + found.disorder + moved == 0 && !acknowledged.empty();
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 6 && std::strcmp(argv[1], "produce") == 0)
    return RunProducers(argv[2], argv[3], std::atoi(argv[4]), argv[5]);
  if (argc == 5 && std::strcmp(argv[1], "verify") == 0) return Verify(argv[2], argv[3], argv[4]);
  Die("usage: broker_load produce ADDRESS TOPIC PRODUCERS LEDGER | verify ADDRESS TOPIC LEDGER");
}
