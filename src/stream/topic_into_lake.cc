#include "stream/topic_into_lake.h"

#include <algorithm>
#include <filesystem>

#include "base/hash.h"
#include "base/log.h"
#include "stream/crash_point.h"

namespace souk::stream {
namespace {

// A build's reader of JSON takes no longer lines.
constexpr size_t kLongestRecord = (16 << 20) - 1;

// "0:17-20\n", for fingerprints.
std::string RangeText(const std::map<int32_t, lake::OffsetRange>& ranges) {
  std::string text;
  for (const auto& [partition, range] : ranges)
    text += fmt::format("{}:{}-{}\n", partition, range.from, range.next);
  return text;
}

// "20251120T180430Z"
std::string Stamp(Micros time) {
  std::string stamp = FormatUtc(time);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return stamp;
}

std::string HourFolder(Micros hour) {
  int64_t days = hour / kMicrosPerDay - (hour % kMicrosPerDay < 0 ? 1 : 0);
  Day day = DayFromDays(days);
  int64_t of_day = (hour - days * kMicrosPerDay) / (3600 * kMicrosPerSecond);
  return fmt::format("{:04}/{:02}/{:02}/{:02}", day.year, day.month, day.day, of_day);
}

}  // namespace

Result<std::unique_ptr<TopicIntoLake>> TopicIntoLake::Make(const LakeTopic& topic,
                                                           const LakeWriterOptions& options,
                                                           std::shared_ptr<lake::FileStore> store,
                                                           const Clock& clock,
                                                           QuarantineTopic& quarantine_topic) {
  TRY(const record::Schema* schema, record::FindSchema(topic.record));
  TRY(TimeZone zone, TimeZone::Find(options.time_zone));
  TRY(auto decoder, record::JsonDecoder::Make(*schema, {options.currency, options.time_zone}));
  return std::unique_ptr<TopicIntoLake>(new TopicIntoLake(topic, *schema, std::move(decoder), options, zone,
                                                          std::move(store), clock, quarantine_topic));
}

TopicIntoLake::TopicIntoLake(const LakeTopic& topic, const record::Schema& schema,
                             record::JsonDecoder decoder, const LakeWriterOptions& options,
                             const TimeZone& zone, std::shared_ptr<lake::FileStore> store, const Clock& clock,
                             QuarantineTopic& quarantine_topic)
    : topic_(topic),
      schema_(schema),
      options_(options),
      store_(store),
      raw_(store),
      quarantine_(std::move(store)),
      clock_(clock),
      quarantine_topic_(quarantine_topic),
      decoder_(std::move(decoder)),
      hours_(schema, zone, fmt::format("{}/stream-{}-", options.scratch, topic.topic)),
      refused_form_(schema) {
  counts_.topic = topic.topic;
  counts_.record = topic.record;
}

Status TopicIntoLake::Begin() {
  Forget();
  RemoveScratch();
  TRY(auto positions, raw_.Positions(topic_.record));
  const lake::TopicPosition& position = positions[topic_.topic];
  committed_ = position.next;
  quarantine_topic_.Begin(topic_.topic, position.quarantine_next);
  TRY_STATUS(RemoveUncommittedQuarantine());
  CrashPoint("lake_cleaned");
  return raw_.RemoveOrphans(topic_.record).map([](size_t) {});
}

// Scratch files of a run that was cut off.
void TopicIntoLake::RemoveScratch() {
  std::string prefix = fmt::format("stream-{}-", topic_.topic);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(options_.scratch, ignored)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    bool ours = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                            [](char c) { return c >= '0' && c <= '9'; });
    if (ours) std::filesystem::remove(entry.path(), ignored);
  }
}

// What was put into quarantine for a commit that never came: these records are read once more.
Status TopicIntoLake::RemoveUncommittedQuarantine() {
  TRY(auto files, quarantine_.List());
  for (const lake::QuarantineFile& file : files) {
    if (file.topic != topic_.topic || file.record != topic_.record) continue;
    bool ahead = std::any_of(file.offsets.begin(), file.offsets.end(), [&](const auto& part) {
      auto known = committed_.find(part.first);
      return known == committed_.end() || known->second < part.second.next;
    });
    if (ahead) TRY_STATUS(quarantine_.Replace(file.id, {}));
  }
  return {};
}

int64_t TopicIntoLake::NextOf(int32_t partition) const {
  auto known = committed_.find(partition);
  return known == committed_.end() ? kafka::kBeginning : known->second;
}

void TopicIntoLake::Refuse(const kafka::MessageView& message, record::Fault fault) {
  if (!fault.field.empty()) refused_form_.Note(decoder_);
  std::string content(message.value.value_or(""));
  refused_bytes_ += content.size() + 256;
  refused_.push_back({message.partition, message.offset, std::move(fault), std::move(content)});
}

Status TopicIntoLake::Take(const kafka::MessageView& message) {
  auto known = committed_.find(message.partition);
  if (known != committed_.end() && message.offset < known->second) return {};
  auto [next, fresh] = next_.emplace(message.partition, 0);
  if (!fresh && message.offset < next->second) return {};
  if (next_.size() == 1 && fresh) since_ = clock_.Now();
  record::Fault fault;
  if (!message.value) {
    Refuse(message, {"", "no value (a tombstone)"});
  } else if (message.value->find_first_not_of(" \t\r\n") == std::string_view::npos) {
    Refuse(message, {"", "empty"});
  } else if (message.value->size() > kLongestRecord) {
    Refuse(message, {"", "longer than 16 MB"});
  } else if (!decoder_.Decode(*message.value, record_, fault)) {
    Refuse(message, std::move(fault));
  } else {
    TRY_STATUS(hours_.Add(decoder_, record_, *message.value, message.partition, message.offset));
  }
  next->second = message.offset + 1;
  return {};
}

std::map<int32_t, lake::OffsetRange> TopicIntoLake::Ranges() const {
  std::map<int32_t, lake::OffsetRange> ranges;
  for (const auto& [partition, next] : next_) {
    auto known = committed_.find(partition);
    ranges[partition] = {known == committed_.end() ? -1 : known->second, next};
  }
  return ranges;
}

Status TopicIntoLake::KeepRefused() {
  if (refused_.empty()) return {};
  lake::QuarantineFile file;
  file.record = topic_.record;
  file.source = "topic " + topic_.topic;
  file.topic = topic_.topic;
  file.offsets = Ranges();
  file.fingerprint = Sha256Hex("quarantine of " + topic_.topic + "\n" + RangeText(file.offsets));
  file.format_json = lake::RawFormatToJson(refused_form_.Format(options_.time_zone));
  file.added = clock_.Now();
  std::vector<lake::QuarantinedRecord> records;
  for (const RefusedRecord& refused : refused_) {
    records.push_back({records.size() + 1, refused.fault.reason, refused.fault.field, refused.content,
                       kafka::Place({topic_.topic, refused.partition}, refused.offset)});
  }
  TRY_STATUS(quarantine_.Add(std::move(file), records).map([](const auto&) {}));
  CrashPoint("lake_refused_kept");
  TRY_STATUS(quarantine_topic_.Publish(topic_.topic, refused_));
  CrashPoint("lake_refused_sent");
  return {};
}

lake::RawFile TopicIntoLake::FileOf(const HourFile& hour, size_t number) const {
  lake::RawFile file;
  file.bytes = hour.bytes;
  file.rows = hour.rows;
  file.topic = topic_.topic;
  file.offsets = hour.offsets;
  file.source = "topic " + topic_.topic;
  file.fingerprint =
      Sha256Hex(fmt::format("{}\n{}\n{}\n{}", topic_.topic, hour.hour, number, RangeText(hour.offsets)));
  file.format = hour.form.Format(options_.time_zone);
  file.path = fmt::format("{}/{}/{}-{}-{}.jsonl", lake::RawZone::Folder(topic_.record), HourFolder(hour.hour),
                          topic_.topic, Stamp(hour.first), file.fingerprint.substr(0, 16));
  return file;
}

Result<std::vector<lake::RawFile>> TopicIntoLake::PlaceFiles() {
  TRY_STATUS(hours_.Spill());
  std::vector<lake::RawFile> files;
  for (size_t i = 0; i < hours_.files().size(); ++i) {
    const HourFile& hour = hours_.files()[i];
    files.push_back(FileOf(hour, i));
    if (i < placed_) continue;
    const std::string& path = files.back().path;
    reserved_.push_back(std::make_unique<lake::RawReservation>(*store_, path));
    // An attempt that said it failed may have moved the file all the same.
    bool moved = !std::filesystem::exists(hour.scratch) && store_->Exists(path);
    TRY_STATUS(moved ? store_->Sync({path}) : store_->Adopt(hour.scratch, path));
    placed_ = i + 1;
    CrashPoint("lake_file_placed");
  }
  return files;
}

// Whether a commit whose answer was an error counts nevertheless.
Result<bool> TopicIntoLake::Stands(const lake::RawCommit& commit) const {
  TRY(auto positions, raw_.Positions(topic_.record));
  TRY(auto files, raw_.Files(topic_.record));
  const auto& next = positions[topic_.topic].next;
  for (const auto& [partition, range] : commit.advance.front().partitions) {
    auto known = next.find(partition);
    if (known == next.end() || known->second != range.next) return false;
  }
  return std::all_of(commit.add.begin(), commit.add.end(), [&](const lake::RawFile& mine) {
    return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.path == mine.path; });
  });
}

Status TopicIntoLake::Commit() {
  if (next_.empty()) return {};
  CrashPoint("lake_cut");
  TRY_STATUS(KeepRefused());
  lake::RawCommit commit;
  commit.operation = "stream";
  TRY(commit.add, PlaceFiles());
  commit.advance.push_back({topic_.topic, Ranges(), {}});
  std::map<int32_t, int64_t> after = committed_;
  for (const auto& [partition, next] : next_) after[partition] = next;
  if (!refused_.empty()) commit.advance.back().quarantine_next = quarantine_topic_.Ends(topic_.topic, after);
  auto version = raw_.Commit(topic_.record, commit, clock_.Now());
  if (!version) {
    TRY(bool stands, Stands(commit));
    if (!stands) return tl::unexpected(version.error());
  }
  CrashPoint("lake_committed");
  if (!refused_.empty()) quarantine_topic_.Committed(topic_.topic, after);
  committed_ = std::move(after);
  NoteCommit(commit.add.size());
  Forget();
  return {};
}

void TopicIntoLake::NoteCommit(size_t files) {
  counts_.records += hours_.rows();
  counts_.bytes += hours_.bytes();
  counts_.files += files;
  counts_.refused += refused_.size();
  counts_.last_commit = clock_.Now();
  Log(LogLevel::kInfo, "stream", "records in the lake",
      {{"topic", topic_.topic},
       {"records", std::to_string(hours_.rows())},
       {"files", std::to_string(files)},
       {"refused", std::to_string(refused_.size())}});
}

void TopicIntoLake::Forget() {
  hours_.Clear();
  next_.clear();
  refused_.clear();
  refused_bytes_ = 0;
  refused_form_ = lake::JsonForm(schema_);
  placed_ = 0;
  reserved_.clear();
}

}  // namespace souk::stream
