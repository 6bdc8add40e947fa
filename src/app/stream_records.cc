#include "app/stream_records.h"

#include <mutex>
#include <nlohmann/json.hpp>

#include "app/output.h"
#include "app/stream_clients.h"
#include "kafka/position.h"
#include "kafka/producer.h"
#include "record/json_filter.h"

namespace souk::app {
namespace {

using kafka::TopicPartition;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPoll{200};
constexpr seconds kAcknowledge{60};

// What became of the records that were sent.
struct Reports {
  std::mutex mutex;
  std::optional<Error> first;
};

// The key of a line, which is taken out of it when a separator says where it ends.
Result<std::optional<std::string>> TakeKey(const ProduceRequest& request, std::string& line) {
  if (!request.key_separator.empty()) {
    size_t at = line.find(request.key_separator);
    if (at == std::string::npos) {
      return Fail(Code::kInvalid, "a line has no key before '{}': {:.60}", request.key_separator, line);
    }
    std::string key = line.substr(0, at);
    line.erase(0, at + request.key_separator.size());
    return key;
  }
  if (request.key_path.empty()) return std::nullopt;
  auto found = record::JsonValueAt(request.key_path, line);
  if (!found) return tl::unexpected(found.error());
  return *found;
}

nlohmann::ordered_json ToJson(const kafka::Message& message) {
  auto text = [](const std::optional<std::string>& bytes) {
    return bytes ? nlohmann::ordered_json(*bytes) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json json = {
      {"topic", message.topic},   {"partition", message.partition},
      {"offset", message.offset}, {"timestamp", kafka::FormatTimeMs(message.timestamp_ms)},
      {"key", text(message.key)}, {"value", text(message.value)}};
  for (const auto& [name, value] : message.headers)
    json["headers"].push_back({{"name", name}, {"value", text(value)}});
  return json;
}

// Shows records as they come; tables when all are there.
class RecordPrinter {
 public:
  RecordPrinter(Progress& out, RecordFormat format)
      : out_(out),
        format_(format),
        columns_({{"partition", "BIGINT"},
                  {"offset", "BIGINT"},
                  {"timestamp", "VARCHAR"},
                  {"key", "VARCHAR"},
                  {"value", "VARCHAR"}}),
        table_(columns_) {}

  void Show(const kafka::Message& message) {
    if (format_ == RecordFormat::kValue) return out_.Line(message.value.value_or(""));
    if (format_ == RecordFormat::kJson) {
      // Bytes that are no UTF-8 are shown as U+FFFD.
      return out_.Line(ToJson(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    auto cell = [](const std::optional<std::string>& bytes) {
      return bytes ? sql::Cell(*bytes) : sql::Cell();
    };
    table_.Row({int64_t{message.partition}, message.offset, kafka::FormatTimeMs(message.timestamp_ms),
                cell(message.key), cell(message.value)});
  }
  void Finish() {
    if (format_ == RecordFormat::kTable) PrintTable(out_, table_.table(), OutputFormat::kTable);
    if (format_ == RecordFormat::kCsv) PrintTable(out_, table_.table(), OutputFormat::kCsv);
  }

 private:
  Progress& out_;
  RecordFormat format_;
  std::vector<sql::Column> columns_;
  ListBuilder table_;
};

// Where reading begins in each partition.
Result<kafka::Offsets> Beginnings(kafka::Consumer& consumer, const std::vector<TopicPartition>& where,
                                  const std::string& from) {
  TRY(kafka::Position position, kafka::ParsePosition(from));
  if (position.kind == kafka::Position::Kind::kTime) return consumer.OffsetsForTime(where, position.value);
  kafka::Offsets offsets;
  for (const TopicPartition& one : where) {
    TRY(kafka::Range range, consumer.RangeOf(one));
    offsets[one] = position.Within(range);
  }
  return offsets;
}

// A group reads through its own membership, without one the partitions are taken as they are.
Status Begin(kafka::Consumer& consumer, const ConsumeRequest& request, std::vector<TopicPartition>& where) {
  if (!request.group.empty()) return consumer.Subscribe({request.topic});
  TRY(where, consumer.PartitionsOf(request.topic, request.partitions));
  TRY(kafka::Offsets from, Beginnings(consumer, where, request.from));
  return consumer.Assign(from);
}

bool AllRead(const kafka::Consumer& consumer, const std::vector<TopicPartition>& where) {
  return !where.empty() && std::all_of(where.begin(), where.end(),
                                       [&](const TopicPartition& one) { return consumer.AtEnd(one); });
}

}  // namespace

Result<uint64_t> Produce(Progress& out, const Settings& settings, const ProduceRequest& request,
                         const std::function<std::optional<std::string>()>& next) {
  TRY(kafka::ClientSettings clients, StreamSettings(settings));
  auto reports = std::make_shared<Reports>();
  TRY(auto producer, kafka::Producer::Open(clients));
  out.Stage("sending", 0, "records");
  uint64_t sent = 0;
  Status status;
  while (status && !out.Cancelled()) {
    std::optional<std::string> line = next();
    if (!line) break;
    kafka::Message message;
    message.topic = request.topic;
    message.partition = request.partition;
    auto key = TakeKey(request, *line);
    if (!key) {
      status = tl::unexpected(key.error());
      break;
    }
    message.key = *std::move(key);
    message.value = std::move(*line);
    status = producer->Send(std::move(message), [reports](const Result<kafka::Delivered>& report) {
      std::lock_guard lock(reports->mutex);
      if (!report && !reports->first) reports->first = report.error();
    });
    if (status) ++sent;
    out.Advance(1);
    std::lock_guard lock(reports->mutex);
    if (reports->first) break;
  }
  Status flushed = producer->Flush(kAcknowledge);
  std::lock_guard lock(reports->mutex);
  if (reports->first) return tl::unexpected(*reports->first);
  if (!status) return tl::unexpected(status.error());
  if (!flushed) return tl::unexpected(flushed.error());
  return sent;
}

Result<RecordFormat> ParseRecordFormat(const std::string& text) {
  if (text == "value") return RecordFormat::kValue;
  if (text == "table") return RecordFormat::kTable;
  if (text == "csv") return RecordFormat::kCsv;
  if (text == "json") return RecordFormat::kJson;
  return Fail(Code::kInvalid, "'{}' is not a format; there are: value, table, csv, json", text);
}

Status Consume(Progress& out, const Settings& settings, const ConsumeRequest& request) {
  if (request.follow && (request.format == RecordFormat::kTable || request.format == RecordFormat::kCsv)) {
    return Fail(Code::kInvalid, "a table has an end: --follow goes with --format value or json");
  }
  std::optional<record::JsonFilter> filter;
  if (!request.filter.empty()) {
    TRY(filter, record::JsonFilter::Parse(request.filter));
  }
  TRY(kafka::ClientSettings clients, StreamSettings(settings));
  kafka::ConsumerOptions options;
  options.group = request.group;
  options.from_beginning = request.from != "end";
  TRY(auto consumer, kafka::Consumer::Open(clients, options));
  std::vector<TopicPartition> where;
  TRY_STATUS(Begin(*consumer, request, where));
  RecordPrinter printer(out, request.format);
  kafka::Offsets next;
  uint64_t shown = 0;
  while (!out.Cancelled() && (request.most == 0 || shown < request.most)) {
    TRY(auto message, consumer->Poll(kPoll));
    if (!message) {
      if (!request.group.empty()) where = consumer->assignment();
      if (!request.follow && AllRead(*consumer, where)) break;
      continue;
    }
    next[{message->topic, message->partition}] = message->offset + 1;
    if (filter && !filter->Fits(message->value.value_or(""))) continue;
    printer.Show(*message);
    ++shown;
  }
  printer.Finish();
  if (!request.group.empty()) TRY_STATUS(consumer->Commit(next));
  return consumer->Close();
}

}  // namespace souk::app
