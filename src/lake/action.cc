#include "lake/action.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace souk::lake {
namespace {

Result<int32_t> PartitionOf(const std::string& name) {
  int32_t partition = -1;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), partition);
  if (error != std::errc() || end != name.data() + name.size() || partition < 0) {
    return Fail(Code::kCorrupt, "'{}' is no partition", name);
  }
  return partition;
}

}  // namespace

using nlohmann::json;
using nlohmann::ordered_json;

const json* ActionReader::Find(const char* name) const {
  auto it = body_.find(name);
  return it == body_.end() || it->is_null() ? nullptr : &*it;
}

const json* ActionReader::Require(const char* name) {
  const json* value = Find(name);
  if (value == nullptr) Reject(fmt::format("'{}' is missing", name));
  return value;
}

void ActionReader::Reject(std::string message) {
  if (failure_.empty()) failure_ = std::move(message);
}

Status ActionReader::status() const {
  if (failure_.empty()) return {};
  return Fail(Code::kCorrupt, "{}", failure_);
}

std::string ActionReader::Text(const char* name) {
  const json* value = Require(name);
  return value == nullptr ? "" : TextOr(name);
}

int64_t ActionReader::Integer(const char* name) {
  const json* value = Require(name);
  return value == nullptr ? 0 : IntegerOr(name, 0);
}

uint64_t ActionReader::Count(const char* name) {
  int64_t value = Integer(name);
  if (value >= 0) return static_cast<uint64_t>(value);
  Reject(fmt::format("'{}' is negative", name));
  return 0;
}

std::string ActionReader::TextOr(const char* name, const char* otherwise) {
  const json* value = Find(name);
  if (value == nullptr) return otherwise;
  if (const auto* text = value->get_ptr<const json::string_t*>()) return *text;
  Reject(fmt::format("'{}' is not a text", name));
  return "";
}

int64_t ActionReader::IntegerOr(const char* name, int64_t otherwise) {
  const json* value = Find(name);
  if (value == nullptr) return otherwise;
  if (value->is_number_integer()) {
    bool fits = !value->is_number_unsigned() || value->get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX);
    if (fits) return value->get<int64_t>();
  }
  Reject(fmt::format("'{}' is not an integer of 64 bits", name));
  return 0;
}

bool ActionReader::FlagOr(const char* name, bool otherwise) {
  const json* value = Find(name);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  Reject(fmt::format("'{}' is neither true nor false", name));
  return otherwise;
}

std::vector<std::string> ActionReader::Texts(const char* name) {
  std::vector<std::string> texts;
  const json* value = Find(name);
  if (value == nullptr) return texts;
  if (!value->is_array()) Reject(fmt::format("'{}' is not a list", name));
  for (const json& item : *value) {
    const auto* text = item.get_ptr<const json::string_t*>();
    if (text == nullptr) {
      Reject(fmt::format("'{}' has something in it that is not a text", name));
      return {};
    }
    texts.push_back(*text);
  }
  return texts;
}

std::map<std::string, std::string> ActionReader::TextMap(const char* name) {
  std::map<std::string, std::string> texts;
  const json* value = Find(name);
  if (value == nullptr) return texts;
  if (!value->is_object()) {
    Reject(fmt::format("'{}' is not an object", name));
    return texts;
  }
  for (const auto& [key, item] : value->items()) {
    if (item.is_null()) continue;
    const auto* text = item.get_ptr<const json::string_t*>();
    if (text == nullptr) {
      Reject(fmt::format("'{}.{}' is not a text", name, key));
      return {};
    }
    texts.emplace(key, *text);
  }
  return texts;
}

std::string ActionLine(const std::string& name, ordered_json body) {
  ordered_json line = ordered_json::object();
  line[name] = std::move(body);
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json OffsetsBody(const std::map<int32_t, int64_t>& offsets) {
  ordered_json body = ordered_json::object();
  for (const auto& [partition, offset] : offsets) body[std::to_string(partition)] = offset;
  return body;
}

ordered_json RangesBody(const std::map<int32_t, OffsetRange>& ranges) {
  ordered_json body = ordered_json::object();
  for (const auto& [partition, range] : ranges) body[std::to_string(partition)] = {range.from, range.next};
  return body;
}

Status ReadOffsets(const json* body, std::map<int32_t, int64_t>& offsets) {
  if (body == nullptr) return {};
  if (!body->is_object()) return Fail(Code::kCorrupt, "offsets are not an object");
  for (const auto& [name, offset] : body->items()) {
    TRY(int32_t partition, PartitionOf(name));
    if (!offset.is_number_integer())
      return Fail(Code::kCorrupt, "the offset of partition {} is no number", name);
    offsets[partition] = offset.template get<int64_t>();
  }
  return {};
}

Status ReadRanges(const json* body, std::map<int32_t, OffsetRange>& ranges) {
  if (body == nullptr) return {};
  if (!body->is_object()) return Fail(Code::kCorrupt, "'offsets' is not an object");
  for (const auto& [name, range] : body->items()) {
    TRY(int32_t partition, PartitionOf(name));
    bool pair =
        range.is_array() && range.size() == 2 && range[0].is_number_integer() && range[1].is_number_integer();
    if (!pair) return Fail(Code::kCorrupt, "the offsets of partition {} are no pair of numbers", name);
    ranges[partition] = {range[0].template get<int64_t>(), range[1].template get<int64_t>()};
  }
  return {};
}

}  // namespace souk::lake
