// A saved mapping as a file that people read, write and keep in a repository.
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "base/options.h"
#include "ingest/reading.h"

namespace souk::ingest {
namespace {

constexpr const char* kHead = "# How files are read: souk ingest FILE --mapping THIS\n";
constexpr const char* kAll = "all";  // in place of a field: all numbers

// Thrown and caught inside this file only, like yaml-cpp's own errors.
struct BadMapping {
  std::string message;
};

[[noreturn]] void Reject(const YAML::Node& node, std::string message) {
  throw BadMapping{fmt::format("line {}: {}", std::max(node.Mark().line, 0) + 1, message)};
}

std::string TextOf(const YAML::Node& node) {
  if (node.IsNull()) return "";
  if (!node.IsScalar()) Reject(node, "a text is expected");
  return node.as<std::string>();
}

std::map<std::string, std::string> MapOf(const YAML::Node& node, const std::string& key) {
  std::map<std::string, std::string> map;
  if (node.IsNull()) return map;
  if (!node.IsMap()) Reject(node, fmt::format("'{}' has a line 'field: text' for each field", key));
  for (const auto& entry : node) {
    if (!map.emplace(TextOf(entry.first), TextOf(entry.second)).second)
      Reject(entry.first, fmt::format("'{}' is there twice", TextOf(entry.first)));
  }
  return map;
}

ReadingOptions Read(const YAML::Node& root) {
  if (!root.IsMap()) Reject(root, "lines 'key: value' are expected");
  ReadingOptions options;
  const std::map<std::string, std::string*> texts = {{"record", &options.record},
                                                     {"time_zone", &options.time_zone},
                                                     {"delimiter", &options.delimiter},
                                                     {"encoding", &options.encoding}};
  const std::map<std::string, std::map<std::string, std::string>*> maps = {
      {"map", &options.map},
      {"time_formats", &options.time_formats},
      {"decimal_separators", &options.decimal_separators}};
  for (const auto& entry : root) {
    std::string key = TextOf(entry.first);
    if (auto text = texts.find(key); text != texts.end()) {
      *text->second = TextOf(entry.second);
    } else if (auto map = maps.find(key); map != maps.end()) {
      *map->second = MapOf(entry.second, key);
    } else {
      std::vector<std::string> known;
      for (const auto& [name, member] : texts) known.push_back(name);
      for (const auto& [name, member] : maps) known.push_back(name);
      std::string nearest = NearestWord(key, known);
      Reject(entry.first, fmt::format("unknown key '{}'{}; known are {}", key,
                                      nearest.empty() ? "" : fmt::format(", did you mean {}", nearest),
                                      fmt::join(known, ", ")));
    }
  }
  if (auto all = options.decimal_separators.extract(kAll)) {
    all.key() = "";
    options.decimal_separators.insert(std::move(all));
  }
  return options;
}

void WriteText(YAML::Emitter& out, const std::string& value) {
  // A name stands as it is where that is no mistake; what looks like anything but a word is quoted.
  bool plain = !value.empty() && value.find_first_not_of(
                                     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                     "0123456789-/. ") == std::string::npos;
  char first = plain ? value.front() : ' ';
  plain = plain && value.back() != ' ' && ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'));
  out << (plain ? YAML::Auto : YAML::DoubleQuoted) << value;
}

void WriteMap(YAML::Emitter& out, const char* key, const std::map<std::string, std::string>& map) {
  if (map.empty()) return;
  out << YAML::Key << key << YAML::Value << YAML::BeginMap;
  for (const auto& [field, text] : map) {
    out << YAML::Key << (field.empty() ? kAll : field) << YAML::Value;
    WriteText(out, text);
  }
  out << YAML::EndMap;
}

}  // namespace

std::string ReadingToYaml(const ReadingOptions& options) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  auto text = [&](const char* key, const std::string& value) {
    if (value.empty()) return;
    out << YAML::Key << key << YAML::Value;
    WriteText(out, value);
  };
  text("record", options.record);
  WriteMap(out, "map", options.map);
  WriteMap(out, "time_formats", options.time_formats);
  WriteMap(out, "decimal_separators", options.decimal_separators);
  text("time_zone", options.time_zone);
  text("delimiter", options.delimiter);
  text("encoding", options.encoding);
  out << YAML::EndMap;
  return fmt::format("{}{}\n", kHead, out.c_str());
}

Result<ReadingOptions> ReadingFromYaml(const std::string& text, const std::string& name) {
  ReadingOptions options;
  try {
    options = Read(YAML::Load(text));
  } catch (const BadMapping& bad) {
    return Fail(Code::kInvalid, "{}: {}", name, bad.message);
  } catch (const YAML::Exception& error) {
    return Fail(Code::kInvalid, "{}: line {}: {}", name, error.mark.line + 1, error.msg);
  }
  if (Status good = CheckReading(options); !good) return Wrap(good.error(), name);
  return options;
}

}  // namespace souk::ingest
