// The programs of the stream's benchmark.
//
//   stream_load produce ADDRESS TOPIC COUNT             orders of two hours, and one a day later that closes
//   their windows stream_load tell    ADDRESS TOPIC PER_SECOND SECONDS  orders of now; ten in a second are of
//   a city of their own stream_load run     ADDRESS TOPIC COUNT FIGURES STORE OUT
//                       Souk's stream processor over the topic until it has COUNT orders. STORE: "memory" for
//                       figures alone, or a file for the embedded hot store with the records too. Writes the
//                       windows into OUT.
//
// Prints one JSON object.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "lake/file_store.h"
#include "store/memory_hot_store.h"
#include "store/open_hot_store.h"
#include "stream/lake_writer.h"
#include "stream/runner.h"

namespace souk {
namespace {

constexpr const char* kCities[] = {"Karachi", "Lahore",   "Islamabad", "Rawalpindi", "Faisalabad",
                                   "Multan",  "Peshawar", "Quetta",    "Sialkot",    "Hyderabad"};
constexpr const char* kCategories[] = {"electronics", "fashion", "grocery", "home_kitchen",
                                       "beauty",      "sports",  "books",   "toys"};
constexpr int64_t kBegin = 1'763'690'400'000, kSpan = 7'200'000, kDay = 86'400'000;  // ms
constexpr int kMarks = 10;                                                           // in a second

[[noreturn]] void Die(const std::string& text) {
  fmt::print(stderr, "stream_load: {}\n", text);
  std::exit(1);
}

template <typename T>
T Must(Result<T> result) {
  if (!result) Die(result.error().message);
  return std::move(*result);
}
void Must(Status status) {
  if (!status) Die(status.error().message);
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Sends orders of fixed seed to a topic.
class Orders {
 public:
  Orders(const std::string& address, const std::string& topic, const char* linger_ms) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[512];
    for (auto [key, value] : {std::pair{"bootstrap.servers", address.c_str()},
                              {"acks", "all"},
                              {"linger.ms", linger_ms},
                              {"queue.buffering.max.messages", "500000"}}) {
      if (rd_kafka_conf_set(conf, key, value, why, sizeof why) != RD_KAFKA_CONF_OK) Die(why);
    }
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
      if (message->err) Die(rd_kafka_err2str(message->err));
    });
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (client_ == nullptr) Die(why);
    topic_ = rd_kafka_topic_new(client_, topic.c_str(), nullptr);
  }

  // A shop's mixture: seven of ten completed, the others failed, cancelled and pending.
  void Send(int64_t number, int64_t time_ms) {
    uint32_t a = Random() % 10, b = Random() % 10, kind = Random() % 10;
    const char* status = kind < 7 ? "completed" : kind == 8 ? "cancelled" : "pending";
    const char* payment = kind == 7 ? "failed" : kind == 9 ? "pending" : "paid";
    std::string amount = fmt::format("{}.{:02}", 5 + Random() % 900, Random() % 100);
    Send(number, time_ms, kCities[std::min(a, b)], amount, 1 + Random() % 5, status, payment);
  }

  void Send(int64_t number, int64_t time_ms, const std::string& city, const std::string& amount,
            uint32_t quantity, const char* status, const char* payment) {
    if (second_ != time_ms / 1000) {
      second_ = time_ms / 1000;
      struct tm parts;
      gmtime_r(&second_, &parts);
      strftime(time_, sizeof time_, "%Y-%m-%dT%H:%M:%S", &parts);
    }
    text_.clear();
    fmt::format_to(
        std::back_inserter(text_),
        R"({{"transaction_id":"ord-{:010}","customer_id":"cust-{:06}","product_id":"prod-{:05}","category":"{}",)"
        R"("city":"{}","amount":{},"quantity":{},"status":"{}","payment_status":"{}","event_time":"{}.{:03}Z"}})",
        number, Random() % 200'000, Random() % 20'000, kCategories[Random() % 8], city, amount, quantity,
        status, payment, time_, time_ms % 1000);
    bytes_ += text_.size();
    while (rd_kafka_produce(topic_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, text_.data(), text_.size(),
                            nullptr, 0, nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        Die(rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(client_, 10);
    }
  }

  uint32_t Random() {
    seed_ ^= seed_ << 13, seed_ ^= seed_ >> 7, seed_ ^= seed_ << 17;
    return static_cast<uint32_t>(seed_ >> 20);
  }
  void Poll() { rd_kafka_poll(client_, 0); }
  void Flush() {
    while (rd_kafka_outq_len(client_) > 0) rd_kafka_poll(client_, 50);
  }
  uint64_t bytes() const { return bytes_; }

 private:
  rd_kafka_t* client_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  uint64_t seed_ = 0x9E3779B97F4A7C15ULL, bytes_ = 0;
  time_t second_ = -1;
  char time_[32];
  std::string text_;
};

int Produce(const std::string& address, const std::string& topic, int64_t count) {
  Orders orders(address, topic, "5");
  for (int64_t i = 0; i < count; ++i) {
    int64_t late = orders.Random() % 30'000;  // orders do not come in order
    orders.Send(i, kBegin + i * kSpan / count - late);
    if (i % 1024 == 0) orders.Poll();
  }
  orders.Flush();
  orders.Send(count, kBegin + kDay, "nowhere", "1.00", 1, "pending", "pending");
  orders.Flush();
  fmt::print("{{\"records\": {}, \"bytes\": {}}}\n", count + 1, orders.bytes());
  return 0;
}

// Marked orders are dearer than all before them, so that their cities are among those that are shown.
int Tell(const std::string& address, const std::string& topic, int64_t per_second, int64_t seconds) {
  Orders orders(address, topic, "0");
  std::string sent;
  int64_t marks = 0;
  double begin = Now();
  for (int64_t i = 0; i < per_second * seconds; ++i) {
    double at = begin + static_cast<double>(i) / static_cast<double>(per_second);
    while (Now() < at) {
      orders.Poll();
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    if (i % (per_second / kMarks) == 0) {
      sent += fmt::format("{}{:.6f}", marks == 0 ? "" : ", ", Now());
      orders.Send(i, now_ms, fmt::format("mark-{:06}", marks),
                  fmt::format("{}.00", 1'000'000'000 + marks * 1'000'000), 100, "completed", "paid");
      ++marks;
    } else {
      orders.Send(i, now_ms);
    }
  }
  double taken = Now() - begin;
  orders.Flush();
  fmt::print("{{\"records\": {}, \"seconds\": {:.3f}, \"sent\": [{}]}}\n", per_second * seconds, taken, sent);
  return 0;
}

// The orders name their categories themselves.
class NoCategories : public stream::ProductCategories {
 public:
  std::string CategoryOf(std::string_view) const override { return ""; }
};

double CpuSeconds(const rusage& usage) {
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Status WriteWindows(store::HotStore& store, const std::string& out) {
  std::string text = "kpi,start_ms,dimension,member,value\n";
  auto write = [&](const store::WindowValue& window) -> Status {
    const store::WindowKey& key = window.key;
    text +=
        fmt::format("{},{},{},{},{}\n", key.kpi, key.start / 1000, key.dimension, key.member, window.value);
    return {};
  };
  TRY_STATUS(store.ReadWindows(0, kBegin * 1000 + 2 * kMicrosPerDay, write));
  return WriteFileAtomic(out, text);
}

// Puts what the topic has into the raw zone under `directory`; how many records that were.
uint64_t FillLake(const kafka::ClientSettings& clients, const std::string& topic,
                  const std::string& directory) {
  stream::LakeWriterOptions options;
  options.topics = {{topic, "transactions"}};
  options.scratch = directory + "/scratch";
  options.until_end = true;
  for (const char* name : {"/lake", "/scratch"}) std::filesystem::create_directories(directory + name);
  auto files = Must(lake::OpenFileStore(directory + "/lake"));
  auto writer = Must(stream::LakeWriter::Open(options, clients, files, SystemClock()));
  std::atomic<bool> stop = false;
  Must(writer->Run(stop));
  return writer->status().at(0).records;
}

struct Streamed {
  std::map<std::string, int64_t> counters;
  double end = 0;
};

// Until `count` orders are committed.
Streamed Stream(const kafka::ClientSettings& clients, const std::string& topic, int64_t count,
                stream::Processor& processor, store::HotStore& store) {
  stream::RunnerOptions runner;
  runner.topics = {topic};
  std::atomic<bool> stop = false;
  std::atomic<Micros> beat = 0;
  Streamed streamed;
  auto on_commit = [&](const store::HotBatch& batch, const stream::StreamHealth&) {
    streamed = {batch.counters, Now()};
    if (batch.counters.at(stream::kCounterTransactions) + batch.counters.at(stream::kCounterRefused) >= count)
      stop = true;
  };
  Must(stream::RunStream(clients, runner, processor, store, SystemClock(), on_commit, stop, beat));
  return streamed;
}

int Run(const std::string& address, const std::string& topic, int64_t count, const std::string& figures,
        const std::string& where, const std::string& out) {
  bool memory = where == "memory";
  kafka::ClientSettings clients = Must(kafka::ParseUrl("kafka://" + address, ""));
  if (!memory) std::filesystem::create_directories(where);
  store::HotStoreOptions embedded;
  embedded.path = where + "/hot.duckdb";
  auto store = memory ? store::MakeMemoryHotStore() : Must(store::OpenHotStore("embedded", embedded));
  stream::ProcessorOptions options;
  options.transactions_topic = topic;
  options.keep_records = !memory;
  NoCategories categories;
  std::string yaml = Must(ReadFile(figures));
  auto processor = Must(stream::Processor::Make(yaml, figures, options, *store, categories));
  Must(processor->Restore());

  double begin = Now(), lake_end = begin;
  uint64_t raw = 0;
  std::thread lake;
  if (!memory) lake = std::thread([&] { raw = FillLake(clients, topic, where), lake_end = Now(); });
  Streamed streamed = Stream(clients, topic, count, *processor, *store);
  if (lake.joinable()) lake.join();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  Must(WriteWindows(*store, out));
  fmt::print("{{\"seconds\": {:.3f}, \"lake_seconds\": {:.3f}, \"raw\": {}, \"cpu\": {:.3f}, \"peak_mb\": {}",
             streamed.end - begin, lake_end - begin, raw, CpuSeconds(usage), usage.ru_maxrss / 1024);
  for (const char* name : {stream::kCounterTransactions, stream::kCounterRefused, stream::kCounterLate,
                           stream::kCounterDuplicates})
    fmt::print(", \"{}\": {}", name, streamed.counters[name]);
  fmt::print("}}\n");
  return 0;
}

}  // namespace
}  // namespace souk

int main(int count, char** words) {
  std::string verb = count > 4 ? words[1] : "";
  auto number = [&](int i) { return std::strtoll(words[i], nullptr, 10); };
  if (verb == "produce" && count == 5) return souk::Produce(words[2], words[3], number(4));
  if (verb == "tell" && count == 6) return souk::Tell(words[2], words[3], number(4), number(5));
  if (verb == "run" && count == 8)
    return souk::Run(words[2], words[3], number(4), words[5], words[6], words[7]);
  souk::Die("see the beginning of stream_load.cc for what it can do");
}
