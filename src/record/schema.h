// The records of the platform, read from schemas/<record>.yml: the one source for decoders, mappings, the
// lake's columns, the intake's checks, API types and the data dictionary.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::record {

enum class FieldType { kText, kInt, kDecimal, kTimestamp, kBool };

struct Field {
  std::string name;
  FieldType type = FieldType::kText;
  int precision = 0;  // kDecimal
  int scale = 0;      // kDecimal
  bool required = false;
  // A required field that a source may lack: one of these fields must be there to derive it from …
  std::vector<std::string> derived_from;
  // … or a build can always supply it (from a default, another field or the row itself).
  bool derivable = false;
  bool id = false;                    // an identifier: "17850.0" means "17850", leading zeros stay
  std::string pii;                    // "" or the kind: name, email, phone, birth, card, ip
  std::vector<std::string> aliases;   // other names it is known by on the way in
  std::vector<std::string> accepted;  // the values it may take; empty = any
  // Other words for accepted values: "credit card" → credit_card. Upper and lower case do not matter in
  // either.
  std::vector<std::pair<std::string, std::string>> synonyms;
  // What a build puts where the source has none; "" = null, "shop.currency" = that setting's value.
  std::string default_value;
  std::string description;
  std::string example;
  bool carried =
      false;  // not part of this record: an attribute of the product or user that sources repeat on each line
};

struct Schema {
  std::string name;  // "transactions"
  std::string key;   // "transaction_id"
  std::string description;
  std::vector<Field> fields;

  const Field* Find(std::string_view name) const;
};

Result<Schema> ParseSchema(std::string_view yaml, std::string_view origin);

// The schemas built into the program, in the order users, products, transactions, clickstream. They are
// checked by tests, so a broken one is a programmer's error. The reference lives as long as the program.
// Thread-safe.
const std::vector<Schema>& Schemas();
// kNotFound lists the names there are.
Result<const Schema*> FindSchema(std::string_view name);

const char* FieldTypeName(FieldType type);
// "DECIMAL(12,2)", "BIGINT", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "BOOLEAN"
std::string DuckdbType(const Field& field);

}  // namespace souk::record
