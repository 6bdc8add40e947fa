// The client of the broker's benchmark: librdkafka against any broker, the same settings for each.
//
//   kafka_load produce ADDRESS TOPIC COUNT SIZE CODEC BATCH   all records; BATCH 1 = one record in each batch
//   kafka_load consume ADDRESS TOPIC COUNT PARTITIONS
//   kafka_load latency ADDRESS TOPIC PER_SECOND SECONDS       from produce to the consumer, one partition
//   kafka_load first   ADDRESS TOPIC                          one record as soon as anybody acknowledges it
//
// Prints one JSON object. `sum` is the sum of the records' hashes: what was produced and what was consumed
// have one.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

using Settings = std::vector<std::pair<const char*, std::string>>;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[noreturn]] void Die(const std::string& text) {
  std::fprintf(stderr, "kafka_load: %s\n", text.c_str());
  std::exit(1);
}

uint64_t Hash(const void* data, size_t size) {
  const auto* at = static_cast<const unsigned char*>(data);
  uint64_t hash = 1469598103934665603u;
  for (; size >= 8; at += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * 1099511628211u;
  }
  return hash;
}

uint64_t delivered = 0, failed = 0;
void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  ++(message->err ? failed : delivered);
}

rd_kafka_t* Open(rd_kafka_type_t type, const std::string& address, const Settings& settings) {
  char why[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  auto set = [&](const char* key, const std::string& value) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) Die(why);
  };
  set("bootstrap.servers", address);
  for (const auto& [key, value] : settings) set(key, value);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  rd_kafka_t* client = rd_kafka_new(type, conf, why, sizeof why);
  if (client == nullptr) Die(why);
  return client;
}

void Send(rd_kafka_t* client, rd_kafka_topic_t* topic, int partition, const void* data, size_t size) {
  while (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, const_cast<void*>(data), size, nullptr, 0,
                          nullptr) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) Die(rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(client, 10);
  }
}

// Half of a record is random, half is not, as text would be: it can be packed to about half.
int Produce(const std::string& address, const char* name, uint64_t count, size_t size, const char* codec,
            const std::string& batch) {
  rd_kafka_t* client = Open(RD_KAFKA_PRODUCER, address,
                            {{"acks", "all"},
                             {"compression.codec", codec},
                             {"linger.ms", batch == "1" ? "0" : "5"},
                             {"batch.num.messages", batch},
                             {"queue.buffering.max.messages", "1000000"},
                             {"queue.buffering.max.kbytes", "1048576"}});
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, name, nullptr);
  std::vector<char> record(size, 'x');
  uint64_t random = 88172645463325252u, sum = 0;
  double begin = Now();
  for (uint64_t i = 0; i < count; ++i) {
    for (size_t at = 0; at + 8 <= size / 2; at += 8) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      std::memcpy(record.data() + at, &random, 8);
    }
    std::memcpy(record.data() + size - 8, &i, 8);
    sum += Hash(record.data(), size);
    Send(client, topic, RD_KAFKA_PARTITION_UA, record.data(), size);
    if (i % 1024 == 0) rd_kafka_poll(client, 0);
  }
  while (rd_kafka_outq_len(client) > 0) rd_kafka_poll(client, 50);
  double seconds = Now() - begin;
  std::printf("{\"seconds\": %.3f, \"records\": %lu, \"failed\": %lu, \"sum\": %lu}\n", seconds, delivered,
              failed, sum);
  return 0;
}

int Consume(const std::string& address, const char* name, uint64_t count, int partitions) {
  rd_kafka_t* client = Open(RD_KAFKA_CONSUMER, address,
                            {{"group.id", "bench"},
                             {"enable.auto.commit", "false"},
                             {"queued.min.messages", "1000000"},
                             {"fetch.message.max.bytes", "4194304"},
                             {"fetch.queue.backoff.ms", "5"},  // a second of sleep is no figure of a broker
                             {"check.crcs", "true"}});
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
  for (int i = 0; i < partitions; ++i) rd_kafka_topic_partition_list_add(list, name, i)->offset = 0;
  rd_kafka_assign(client, list);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  std::vector<rd_kafka_message_t*> messages(10000);
  uint64_t got = 0, sum = 0;
  double begin = Now(), last = begin;
  while (got < count && Now() - last < 20) {
    ssize_t n = rd_kafka_consume_batch_queue(queue, 1000, messages.data(), messages.size());
    for (ssize_t i = 0; i < n; ++i) {
      if (messages[i]->err == 0) ++got, sum += Hash(messages[i]->payload, messages[i]->len), last = Now();
      rd_kafka_message_destroy(messages[i]);
    }
  }
  std::printf("{\"seconds\": %.3f, \"records\": %lu, \"sum\": %lu}\n", Now() - begin, got, sum);
  std::fflush(stdout);
  std::_Exit(0);  // librdkafka's own end is not what is measured
}

int Latency(const std::string& address, const char* name, uint64_t per_second, uint64_t seconds) {
  rd_kafka_t* producer = Open(RD_KAFKA_PRODUCER, address, {{"acks", "all"}, {"linger.ms", "0"}});
  rd_kafka_t* consumer =
      Open(RD_KAFKA_CONSUMER, address,
           {{"group.id", "bench"}, {"enable.auto.commit", "false"}, {"fetch.wait.max.ms", "500"}});
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer, name, nullptr);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, name, 0)->offset = RD_KAFKA_OFFSET_END;
  rd_kafka_assign(consumer, list);
  for (double until = Now() + 2; Now() < until;)
    rd_kafka_consumer_poll(consumer, 100);  // until it waits at the end

  std::vector<double> taken;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
      if (message == nullptr) continue;
      double sent;
      if (message->err == 0 && message->len == 200)
        std::memcpy(&sent, message->payload, 8), taken.push_back(Now() - sent);
      rd_kafka_message_destroy(message);
    }
  });
  char record[200] = {};
  double begin = Now();
  for (uint64_t i = 0; i < per_second * seconds; ++i) {
    double at = begin + static_cast<double>(i) / static_cast<double>(per_second);
    while (Now() < at) rd_kafka_poll(producer, 0), std::this_thread::sleep_for(std::chrono::microseconds(50));
    double now = Now();
    std::memcpy(record, &now, 8);
    Send(producer, topic, 0, record, sizeof record);
  }
  while (rd_kafka_outq_len(producer) > 0) rd_kafka_poll(producer, 50);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  done = true;
  reader.join();
  std::sort(taken.begin(), taken.end());
  auto at = [&](double q) {
    return taken.empty() ? 0 : taken[static_cast<size_t>(q * (taken.size() - 1))] * 1000;
  };
  std::printf("{\"records\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n", taken.size(),
              at(0.5), at(0.99), at(1));
  std::fflush(stdout);
  std::_Exit(0);
}

int First(const std::string& address, const char* name) {
  rd_kafka_t* client = Open(RD_KAFKA_PRODUCER, address,
                            {{"acks", "all"},
                             {"linger.ms", "0"},
                             {"reconnect.backoff.ms", "5"},
                             {"reconnect.backoff.max.ms", "10"},
                             {"retry.backoff.ms", "5"},
                             {"topic.metadata.refresh.fast.interval.ms", "5"}});
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, name, nullptr);
  Send(client, topic, RD_KAFKA_PARTITION_UA, "first", 5);
  while (rd_kafka_outq_len(client) > 0) rd_kafka_poll(client, 1);
  std::printf("{\"records\": %lu}\n", delivered);
  std::fflush(stdout);
  std::_Exit(delivered == 1 ? 0 : 1);
}

}  // namespace

int main(int count, char** words) {
  std::string verb = count > 3 ? words[1] : "";
  auto number = [&](int i) { return std::strtoull(words[i], nullptr, 10); };
  if (verb == "produce" && count == 8)
    return Produce(words[2], words[3], number(4), number(5), words[6], words[7]);
  if (verb == "consume" && count == 6)
    return Consume(words[2], words[3], number(4), static_cast<int>(number(5)));
  if (verb == "latency" && count == 6) return Latency(words[2], words[3], number(4), number(5));
  if (verb == "first" && count == 4) return First(words[2], words[3]);
  Die("see the beginning of kafka_load.cc for what it can do");
}
