#include "generate/replay.h"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"
#include "sql/database.h"

namespace souk::generate {
namespace {

constexpr auto kTick = std::chrono::milliseconds(20);
constexpr auto kFlushTimeout = std::chrono::seconds(30);

class Replay {
 public:
  Replay(const ReplayOptions& options, int32_t partitions, kafka::Producer& producer, Progress& progress)
      : options_(options), partitions_(partitions), producer_(producer), progress_(progress) {}

  Result<DeliverySummary> Run() {
    if (!PathExists(options_.path)) return Fail(Code::kNotFound, "there is no file {}", options_.path);
    if (IsDirectory(options_.path))
      return Fail(Code::kInvalid, "{} is a directory; name one file", options_.path);
    progress_.Stage("sending", options_.records, "records");
    begin_ = std::chrono::steady_clock::now();
    bool json = false;
    for (std::string_view ending : {".json", ".jsonl", ".ndjson"}) json |= options_.path.ends_with(ending);
    TRY_STATUS(json ? SendLines() : SendRows());
    Status flushed = producer_.Flush(kFlushTimeout);
    DeliverySummary summary = deliveries_->Summary(sent_);
    if (!flushed && summary.acknowledged == 0) return tl::unexpected(flushed.error());
    return summary;
  }

 private:
  bool Done() const { return progress_.Cancelled() || (options_.records > 0 && sent_ >= options_.records); }

  Status SendLines() {
    std::ifstream file(options_.path);
    std::string line;
    for (uint64_t number = 1; !Done() && std::getline(file, line); ++number) {
      while (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) TRY_STATUS(Send(std::move(line), number));
    }
    if (file.bad()) return Fail(Code::kIo, "cannot read {}", options_.path);
    return {};
  }

  Status SendRows() {
    TRY(auto database, sql::Database::Open({}));
    TRY(auto connection, database->Connect());
    std::string reader = fmt::format("SELECT * FROM read_csv({}, all_varchar = true, header = true)",
                                     sql::QuoteLiteral(AbsolutePath(options_.path)));
    uint64_t number = 1;
    Status failed;
    TRY_STATUS(connection.Stream(reader, {}, [&](const sql::Table& chunk) {
      for (const auto& row : chunk.rows) {
        if (Done()) return false;
        nlohmann::ordered_json record;
        for (size_t i = 0; i < row.size(); ++i) {
          if (std::holds_alternative<std::monostate>(row[i])) {
            record[chunk.columns[i].name] = nullptr;
          } else {
            record[chunk.columns[i].name] = sql::CellText(row[i]);
          }
        }
        failed = Send(record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), ++number);
        if (!failed) return false;
      }
      return true;
    }));
    return failed;
  }

  Status Send(std::string value, uint64_t line) {
    Wait();
    if (progress_.Cancelled()) return {};
    kafka::Message message;
    message.topic = options_.topic;
    if (options_.key.empty()) {
      message.partition = static_cast<int32_t>(sent_ % static_cast<uint64_t>(partitions_));
    } else {
      TRY(std::string key, KeyOf(value, line));
      message.key = std::move(key);
    }
    message.value = std::move(value);
    TRY_STATUS(producer_.Send(std::move(message),
                              [deliveries = deliveries_](const auto& report) { deliveries->Add(report); }));
    ++sent_;
    progress_.Advance(1);
    return {};
  }

  Result<std::string> KeyOf(const std::string& value, uint64_t line) const {
    auto record = nlohmann::json::parse(value, nullptr, false);
    if (!record.is_object() || !record.contains(options_.key)) {
      return Fail(Code::kInvalid, "{}:{}: there is no field {} to take the key from", options_.path, line,
                  options_.key);
    }
    const auto& field = record[options_.key];
    return field.is_string() ? field.get<std::string>() : field.dump();
  }

  // Until the next record is due; a stop is heard soon.
  void Wait() {
    auto due = begin_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                            std::chrono::duration<double>(options_.every_s * static_cast<double>(sent_)));
    while (!progress_.Cancelled()) {
      auto now = std::chrono::steady_clock::now();
      if (now >= due) return;
      std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(kTick, due - now));
    }
  }

  const ReplayOptions& options_;
  int32_t partitions_;
  kafka::Producer& producer_;
  Progress& progress_;
  std::shared_ptr<Deliveries> deliveries_ = std::make_shared<Deliveries>();
  std::chrono::steady_clock::time_point begin_;
  uint64_t sent_ = 0;
};

}  // namespace

Result<DeliverySummary> RunReplay(const ReplayOptions& options, int32_t partitions, kafka::Producer& producer,
                                  Progress& progress) {
  if (partitions < 1) return Fail(Code::kInvalid, "topic {} has no partitions", options.topic);
  if (options.every_s < 0) return Fail(Code::kInvalid, "the pause between two records cannot be negative");
  return Replay(options, partitions, producer, progress).Run();
}

}  // namespace souk::generate
