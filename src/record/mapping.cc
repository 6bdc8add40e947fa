#include "record/mapping.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/options.h"

namespace souk::record {
namespace {

// Letters and digits in lower case: "Transaction ID" and "transaction_id" are one name.
std::string Plain(std::string_view name) {
  std::string plain;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) plain += c;
  }
  return plain;
}

bool Fits(const Field& field, const SourceColumn& column) {
  if (column.empty == column.sampled) return true;
  switch (field.type) {
    case FieldType::kText: return true;
    case FieldType::kInt:
    case FieldType::kDecimal: return column.type == FieldType::kInt || column.type == FieldType::kDecimal;
    case FieldType::kTimestamp: return column.type == FieldType::kTimestamp || column.time;
    case FieldType::kBool: return column.type == FieldType::kBool || column.type == FieldType::kInt;
  }
  return false;
}

const char* Wanted(FieldType type) {
  switch (type) {
    case FieldType::kInt: return "whole numbers";
    case FieldType::kDecimal: return "numbers";
    case FieldType::kTimestamp: return "times";
    case FieldType::kBool: return "true or false";
    case FieldType::kText: return "text";
  }
  return "";
}

// Finds a column for every field it can. `notes` gets a sentence for each column whose name fits and whose
// values do not.
class Guesser {
 public:
  Guesser(const Schema& schema, const std::vector<SourceColumn>& columns)
      : schema_(schema), columns_(columns), by_field_(schema.fields.size()), taken_(columns.size(), false) {}

  Status TakeGiven(const std::map<std::string, std::string>& given);
  void TakeByName();
  void TakeOnlyTime();
  // The first field that must be there and can neither be read nor derived; nullptr when the record can be
  // made.
  const Field* Lacking() const;
  Mapping Finish() &&;
  const std::vector<std::string>& notes() const { return notes_; }
  size_t mapped() const { return static_cast<size_t>(std::count(taken_.begin(), taken_.end(), true)); }

 private:
  struct Choice {
    const SourceColumn* column = nullptr;
    const char* reason = "";
    bool closed = false;  // given as having no column
  };

  bool Has(std::string_view field) const;
  void Take(size_t field, size_t column, const char* reason);
  void TakeNamed(size_t field, const std::string& name, const char* reason);

  const Schema& schema_;
  const std::vector<SourceColumn>& columns_;
  std::vector<Choice> by_field_;
  std::vector<bool> taken_;
  std::vector<std::string> notes_;
};

void Guesser::Take(size_t field, size_t column, const char* reason) {
  by_field_[field] = {&columns_[column], reason, true};
  taken_[column] = true;
}

Status Guesser::TakeGiven(const std::map<std::string, std::string>& given) {
  std::vector<std::string> fields, names;
  for (const Field& field : schema_.fields) fields.push_back(field.name);
  for (const SourceColumn& column : columns_) names.push_back(column.name);
  for (const auto& [target, source] : given) {
    auto field = std::find(fields.begin(), fields.end(), target);
    if (field == fields.end()) {
      std::string nearest = NearestWord(target, fields);
      return Fail(Code::kInvalid, "{} have no field '{}'{}; fields are {}", schema_.name, target,
                  nearest.empty() ? "" : fmt::format(", did you mean {}", nearest), fmt::join(fields, ", "));
    }
    size_t at = static_cast<size_t>(field - fields.begin());
    by_field_[at].closed = true;
    if (source.empty()) continue;
    auto column = std::find(names.begin(), names.end(), source);
    if (column == names.end()) {
      std::string nearest = NearestWord(source, names);
      return Fail(Code::kInvalid, "there is no column '{}'{}; columns are {}", source,
                  nearest.empty() ? "" : fmt::format(", did you mean '{}'", nearest), fmt::join(names, ", "));
    }
    Take(at, static_cast<size_t>(column - names.begin()), "given");
  }
  return {};
}

void Guesser::TakeNamed(size_t field, const std::string& name, const char* reason) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (taken_[i] || Plain(columns_[i].name) != name) continue;
    const Field& target = schema_.fields[field];
    if (Fits(target, columns_[i])) {
      Take(field, i, reason);
    } else {
      notes_.push_back(fmt::format(
          "column '{}' is left out: {} needs {}, and it holds text such as '{}'; --map {}={} "
          "takes it all the same",
          columns_[i].name, target.name, Wanted(target.type),
          columns_[i].examples.empty() ? "" : columns_[i].examples[0], target.name, columns_[i].name));
    }
    return;
  }
}

void Guesser::TakeByName() {
  for (size_t f = 0; f < schema_.fields.size(); ++f) {
    if (!by_field_[f].closed) TakeNamed(f, Plain(schema_.fields[f].name), "same name");
  }
  for (size_t f = 0; f < schema_.fields.size(); ++f) {
    for (const std::string& alias : schema_.fields[f].aliases) {
      if (!by_field_[f].closed) TakeNamed(f, Plain(alias), "alias");
    }
  }
}

void Guesser::TakeOnlyTime() {
  const Field* lacking = Lacking();
  if (!lacking || lacking->type != FieldType::kTimestamp) return;
  size_t found = columns_.size();
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (taken_[i] || columns_[i].type != FieldType::kTimestamp) continue;
    if (found != columns_.size()) return;  // two of them: a person must say which
    found = i;
  }
  if (found == columns_.size()) return;
  Take(static_cast<size_t>(lacking - schema_.fields.data()), found, "looks like a time");
}

bool Guesser::Has(std::string_view field) const {
  const Field* target = schema_.Find(field);
  return target && by_field_[static_cast<size_t>(target - schema_.fields.data())].column;
}

const Field* Guesser::Lacking() const {
  for (const Field& field : schema_.fields) {
    if (!field.required || field.derivable || Has(field.name)) continue;
    if (std::any_of(field.derived_from.begin(), field.derived_from.end(),
                    [&](auto& name) { return Has(name); }))
      continue;
    return &field;
  }
  return nullptr;
}

Mapping Guesser::Finish() && {
  Mapping mapping;
  mapping.schema = &schema_;
  mapping.warnings = std::move(notes_);
  for (size_t f = 0; f < schema_.fields.size(); ++f) {
    const Choice& choice = by_field_[f];
    if (!choice.column) continue;
    mapping.fields.push_back({schema_.fields[f].name, choice.column->name, choice.reason});
    if (schema_.fields[f].type == FieldType::kTimestamp && choice.column->time_ambiguous) {
      mapping.warnings.push_back(
          fmt::format("'{}' in column '{}' could have day and month the other way round; it is "
                      "read as {}",
                      choice.column->examples.empty() ? "" : choice.column->examples[0], choice.column->name,
                      choice.column->time_format));
    }
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!taken_[i]) mapping.unmapped.push_back(columns_[i].name);
  }
  return mapping;
}

tl::unexpected<Error> FailLacking(const Field& lacking, const Schema& schema,
                                  const std::vector<SourceColumn>& columns,
                                  const std::vector<std::string>& notes) {
  std::vector<std::string> names, known(lacking.aliases.begin(), lacking.aliases.end());
  for (const SourceColumn& column : columns) names.push_back(column.name);
  std::string either;
  for (const std::string& other : lacking.derived_from) either += fmt::format(" (or {})", other);
  std::string hint;
  for (const std::string& note : notes) {
    if (note.find(fmt::format(": {} needs", lacking.name)) != std::string::npos) hint = "; " + note;
  }
  if (known.size() > 5) known.resize(5);
  return Fail(Code::kInvalid,
              "no column for {}{}, which {} must have{}; columns are {}; name one with --map {}=COLUMN{}",
              lacking.name, either, schema.name,
              known.empty() ? "" : fmt::format(" (also known as {})", fmt::join(known, ", ")),
              fmt::join(names, ", "), lacking.name, hint);
}

// 0 when the record cannot be made from the columns.
double Score(const Schema& schema, const std::vector<SourceColumn>& columns) {
  Guesser guesser(schema, columns);
  guesser.TakeByName();
  if (guesser.Lacking() || columns.empty()) return 0;
  return static_cast<double>(guesser.mapped()) / static_cast<double>(columns.size());
}

}  // namespace

const MappedField* Mapping::Find(std::string_view field) const {
  for (const MappedField& mapped : fields) {
    if (mapped.field == field) return &mapped;
  }
  return nullptr;
}

Result<Mapping> GuessMapping(const Schema& schema, const std::vector<SourceColumn>& columns,
                             const std::map<std::string, std::string>& given) {
  Guesser guesser(schema, columns);
  TRY_STATUS(guesser.TakeGiven(given));
  guesser.TakeByName();
  guesser.TakeOnlyTime();
  if (const Field* lacking = guesser.Lacking())
    return FailLacking(*lacking, schema, columns, guesser.notes());
  return std::move(guesser).Finish();
}

const Schema* GuessSchema(const std::vector<SourceColumn>& columns) {
  const Schema* best = nullptr;
  double best_score = 0, second_score = 0;
  for (const Schema& schema : Schemas()) {
    double score = Score(schema, columns);
    if (score > best_score) {
      second_score = best_score;
      best_score = score;
      best = &schema;
    } else if (score > second_score) {
      second_score = score;
    }
  }
  // Half of the columns known, and clearly more than any other record knows.
  return best_score >= 0.5 && best_score > second_score + 0.05 ? best : nullptr;
}

}  // namespace souk::record
