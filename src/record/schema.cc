#include "record/schema.h"

#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "base/embedded.h"
#include "base/options.h"

namespace souk::record {
namespace {

// Thrown and caught inside this file only, like yaml-cpp's own errors.
struct BadSchema {
  std::string message;
};

[[noreturn]] void Reject(const YAML::Node& node, std::string message) {
  throw BadSchema{fmt::format("line {}: {}", node.Mark().line + 1, message)};
}

void CheckKeys(const YAML::Node& node, const std::set<std::string>& known) {
  if (!node.IsMap()) Reject(node, "a map is expected");
  for (const auto& entry : node) {
    std::string key = entry.first.as<std::string>();
    if (!known.count(key)) {
      Reject(entry.first, fmt::format("unknown key '{}'; known are {}", key, fmt::join(known, ", ")));
    }
  }
}

std::string TextOf(const YAML::Node& node, const char* key, bool required) {
  YAML::Node value = node[key];
  if (!value) {
    if (required) Reject(node, fmt::format("'{}' is missing", key));
    return "";
  }
  return value.as<std::string>();
}

bool BoolOf(const YAML::Node& node, const char* key) { return node[key] && node[key].as<bool>(); }

std::vector<std::string> ListOf(const YAML::Node& node, const char* key) {
  return node[key] ? node[key].as<std::vector<std::string>>() : std::vector<std::string>{};
}

int DigitsOf(const YAML::Node& node, std::string_view text) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 18) {
    Reject(node, fmt::format("'{}' is no number of digits from 0 to 18", text));
  }
  return value;
}

void ReadType(const YAML::Node& node, const std::string& type, Field& field) {
  if (type == "text") {
    field.type = FieldType::kText;
  } else if (type == "int") {
    field.type = FieldType::kInt;
  } else if (type == "timestamp") {
    field.type = FieldType::kTimestamp;
  } else if (type == "bool") {
    field.type = FieldType::kBool;
  } else if (type.rfind("decimal(", 0) == 0 && type.back() == ')' && type.find(',') != std::string::npos) {
    size_t comma = type.find(',');
    field.type = FieldType::kDecimal;
    field.precision = DigitsOf(node, std::string_view(type).substr(8, comma - 8));
    field.scale = DigitsOf(node, std::string_view(type).substr(comma + 1, type.size() - comma - 2));
    if (field.precision == 0 || field.scale > field.precision)
      Reject(node, "decimal(p,s) needs p > 0 and s up to p");
  } else {
    Reject(node, fmt::format("unknown type '{}'; known are text, int, decimal(p,s), timestamp, bool", type));
  }
}

Field ReadField(const YAML::Node& node) {
  CheckKeys(node, {"name", "type", "required", "derivable", "derived_from", "id", "pii", "aliases",
                   "accepted", "synonyms", "default", "description", "example", "carried"});
  Field field;
  field.name = TextOf(node, "name", true);
  ReadType(node, TextOf(node, "type", true), field);
  field.required = BoolOf(node, "required");
  field.derivable = BoolOf(node, "derivable");
  field.derived_from = ListOf(node, "derived_from");
  field.id = BoolOf(node, "id");
  field.pii = TextOf(node, "pii", false);
  field.aliases = ListOf(node, "aliases");
  field.accepted = ListOf(node, "accepted");
  if (YAML::Node synonyms = node["synonyms"]) {
    for (const auto& entry : synonyms) {
      field.synonyms.emplace_back(entry.first.as<std::string>(), entry.second.as<std::string>());
    }
  }
  field.default_value = TextOf(node, "default", false);
  field.description = TextOf(node, "description", true);
  field.example = TextOf(node, "example", true);
  field.carried = BoolOf(node, "carried");
  return field;
}

void CheckField(const YAML::Node& node, const Schema& schema, const Field& field) {
  if (schema.Find(field.name) != &field)
    Reject(node, fmt::format("the field '{}' is there twice", field.name));
  for (const std::string& source : field.derived_from) {
    if (!schema.Find(source)) {
      Reject(node, fmt::format("'{}' is derived from '{}', which is no field", field.name, source));
    }
  }
  auto accepted = [&](const std::string& value) {
    return std::find(field.accepted.begin(), field.accepted.end(), value) != field.accepted.end();
  };
  for (const auto& [text, value] : field.synonyms) {
    if (!accepted(value))
      Reject(node, fmt::format("the synonym '{}' means '{}', which is not accepted", text, value));
  }
  if (!field.accepted.empty() && !field.default_value.empty() && !accepted(field.default_value)) {
    Reject(node, fmt::format("the default '{}' is not accepted", field.default_value));
  }
}

Schema ReadSchema(const YAML::Node& root) {
  CheckKeys(root, {"record", "key", "description", "fields"});
  Schema schema;
  schema.name = TextOf(root, "record", true);
  schema.key = TextOf(root, "key", true);
  schema.description = TextOf(root, "description", true);
  YAML::Node fields = root["fields"];
  if (!fields || !fields.IsSequence()) Reject(root, "'fields' must be a list");
  for (const auto& node : fields) schema.fields.push_back(ReadField(node));
  for (size_t i = 0; i < schema.fields.size(); ++i) CheckField(fields[i], schema, schema.fields[i]);
  if (!schema.Find(schema.key)) Reject(root, fmt::format("the key '{}' is no field", schema.key));
  return schema;
}

std::vector<Schema> LoadSchemas() {
  std::vector<Schema> schemas;
  for (const char* name : {"users", "products", "transactions", "clickstream"}) {
    std::string path = fmt::format("schemas/{}.yml", name);
    auto asset = FindAsset(path);
    auto schema = asset ? ParseSchema(*asset, path) : Fail(Code::kNotFound, "{} is not built in", path);
    if (!schema) {
      fmt::print(stderr, "souk: {}\n", schema.error().message);
      std::abort();
    }
    schemas.push_back(*std::move(schema));
  }
  return schemas;
}

}  // namespace

const Field* Schema::Find(std::string_view field_name) const {
  for (const Field& field : fields) {
    if (field.name == field_name) return &field;
  }
  return nullptr;
}

Result<Schema> ParseSchema(std::string_view yaml, std::string_view origin) {
  try {
    return ReadSchema(YAML::Load(std::string(yaml)));
  } catch (const BadSchema& bad) {
    return Fail(Code::kInvalid, "{}: {}", origin, bad.message);
  } catch (const YAML::Exception& error) {
    return Fail(Code::kInvalid, "{}: {}", origin, error.what());
  }
}

const std::vector<Schema>& Schemas() {
  static const std::vector<Schema> schemas = LoadSchemas();
  return schemas;
}

Result<const Schema*> FindSchema(std::string_view name) {
  std::vector<std::string> names;
  for (const Schema& schema : Schemas()) {
    if (schema.name == name) return &schema;
    names.push_back(schema.name);
  }
  std::string nearest = NearestWord(name, names);
  return Fail(Code::kNotFound, "there is no record '{}'{}; records are {}", name,
              nearest.empty() ? "" : fmt::format(", did you mean {}", nearest), fmt::join(names, ", "));
}

const char* FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kText: return "text";
    case FieldType::kInt: return "int";
    case FieldType::kDecimal: return "decimal";
    case FieldType::kTimestamp: return "timestamp";
    case FieldType::kBool: return "bool";
  }
  return "";
}

std::string DuckdbType(const Field& field) {
  switch (field.type) {
    case FieldType::kText: return "VARCHAR";
    case FieldType::kInt: return "BIGINT";
    case FieldType::kDecimal: return fmt::format("DECIMAL({},{})", field.precision, field.scale);
    case FieldType::kTimestamp: return "TIMESTAMP WITH TIME ZONE";
    case FieldType::kBool: return "BOOLEAN";
  }
  return "";
}

}  // namespace souk::record
