#include "ingest/intake/record_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

namespace souk::ingest {
namespace {

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::mt19937_64 SeededRandom() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

}  // namespace

std::string RandomUuid() {
  thread_local std::mt19937_64 random = SeededRandom();
  uint64_t high = (random() & ~0xF000ULL) | 0x4000ULL;
  uint64_t low = (random() & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF,
                     low >> 48, low & 0xFFFFFFFFFFFFULL);
}

RecordReader::RecordReader(const record::Schema& schema, record::JsonDecoder decoder)
    : schema_(schema), decoder_(std::move(decoder)) {
  for (std::string_view name : {"user_id", "session_id", "order_id"}) {
    if (size_t place = Place(name); place != kNone) keys_.push_back(place);
  }
  if (schema.name != "clickstream") return;
  event_id_ = Place("event_id");
  event_time_ = Place("event_time");
  address_ = Place("ip_address");
  user_agent_ = Place("user_agent");
}

Result<std::unique_ptr<RecordReader>> RecordReader::Make(const record::Schema& schema,
                                                         const record::JsonDecoderOptions& options) {
  TRY(auto decoder, record::JsonDecoder::Make(schema, options));
  return std::unique_ptr<RecordReader>(new RecordReader(schema, std::move(decoder)));
}

size_t RecordReader::Place(std::string_view field) const {
  for (size_t i = 0; i < schema_.fields.size(); ++i) {
    if (schema_.fields[i].name == field) return i;
  }
  return kNone;
}

bool RecordReader::Read(std::string_view json, const Sender& sender, AddressDetail detail, Micros now,
                        kafka::Message& message, record::Fault& fault) {
  text_ = json;
  bool read = decoder_.Decode(text_, record_, fault);
  if (!read && event_time_ != kNone && fault.field == "event_time" && Lacks(event_time_)) {
    Add(event_time_, FormatUtcMicros(now));
    read = decoder_.Decode(text_, record_, fault);
  }
  if (!read) return false;
  message.key = Key();
  FillIn(sender, detail);
  // Behind the decoder a line end can only stand between values.
  std::replace_if(
      text_.begin(), text_.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  message.value = text_;
  return true;
}

void RecordReader::FillIn(const Sender& sender, AddressDetail detail) {
  bool no_id = Lacks(event_id_), no_address = Lacks(address_), no_agent = Lacks(user_agent_);
  if (no_id) Add(event_id_, RandomUuid());
  if (sender.origin.empty()) return;
  std::string address = detail == AddressDetail::kFull     ? sender.address
                        : detail == AddressDetail::kMasked ? MaskAddress(sender.address)
                                                           : "";
  if (no_address && !address.empty()) Add(address_, address);
  if (no_agent && !sender.user_agent.empty()) Add(user_agent_, sender.user_agent);
}

void RecordReader::Add(size_t field, std::string_view value) {
  size_t end = text_.rfind('}');
  size_t last = text_.find_last_not_of(" \t\r\n", end - 1);
  text_.resize(last + 1);
  text_ +=
      fmt::format("{}\"{}\":{}}}", text_[last] == '{' ? "" : ",", schema_.fields[field].name, Quoted(value));
}

std::optional<std::string> RecordReader::Key() const {
  for (size_t place : keys_) {
    const record::TypedValue& value = record_.values[place];
    if (value.present) return std::string(value.text);
  }
  return std::nullopt;
}

Result<std::unique_ptr<RecordReader>> ReaderPool::Take(const std::string& record) {
  {
    std::lock_guard lock(mutex_);
    auto& free = free_[record];
    if (!free.empty()) {
      auto reader = std::move(free.back());
      free.pop_back();
      return reader;
    }
  }
  TRY(const record::Schema* schema, record::FindSchema(record));
  return RecordReader::Make(*schema, options_);
}

void ReaderPool::Give(const std::string& record, std::unique_ptr<RecordReader> reader) {
  std::lock_guard lock(mutex_);
  free_[record].push_back(std::move(reader));
}

}  // namespace souk::ingest
