#include "record/columns.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "record/times.h"
#include "record/values.h"

namespace souk::record {
namespace {

bool Most(size_t count, size_t all) { return all > 0 && count * 3 >= all * 2; }

// How many values are numbers in a style, and how many of them whole.
struct NumberCount {
  size_t numbers = 0;
  size_t whole = 0;
};

NumberCount CountNumbers(const std::vector<std::string>& values, NumberStyle style) {
  NumberCount count;
  for (const std::string& text : values) {
    int64_t value = 0;
    ValueFault fault = ReadInt(text, style, value);
    count.numbers += fault != ValueFault::kNotNumber;
    // "17850.0" counts as a fraction here: the column may be one of prices.
    count.whole += fault == ValueFault::kNone && text.find(style.decimal) == std::string::npos;
  }
  return count;
}

// Sets type and style when the values are numbers in some way of writing them.
void JudgeNumbers(const std::vector<std::string>& values, SourceColumn& column) {
  // "1,234" is rather twelve hundred and thirty-four than a little more than one.
  const NumberStyle styles[] = {{'.', false}, {'.', true}, {',', false}, {',', true}};
  NumberCount best;
  for (const NumberStyle& style : styles) {
    NumberCount count = CountNumbers(values, style);
    if (count.numbers <= best.numbers) continue;
    best = count;
    column.decimal_separator = style.decimal;
    column.grouped_numbers = style.grouped;
  }
  if (!Most(best.numbers, values.size())) {
    column.decimal_separator = '.';
    column.grouped_numbers = false;
    return;
  }
  column.type = best.whole == best.numbers ? FieldType::kInt : FieldType::kDecimal;
  column.unfit = values.size() - best.numbers;
}

bool MostBools(const std::vector<std::string>& values, SourceColumn& column) {
  size_t count = 0;
  for (const std::string& text : values) {
    bool value = false;
    count += ReadBool(text, value);
  }
  if (!Most(count, values.size())) return false;
  column.unfit = values.size() - count;
  return true;
}

size_t CountOther(const std::vector<std::string>& values, const std::string& time_format) {
  auto format = TimeFormat::Parse(time_format);
  if (!format) return 0;
  TimeValue time;
  return static_cast<size_t>(std::count_if(
      values.begin(), values.end(), [&](const std::string& text) { return !format->Read(text, time); }));
}

std::vector<std::string> Examples(const std::vector<std::string>& values) {
  std::vector<std::string> examples;
  for (const std::string& value : values) {
    if (examples.size() == 3) break;
    if (std::find(examples.begin(), examples.end(), value) == examples.end()) examples.push_back(value);
  }
  return examples;
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

void ColumnSampler::Add(std::string_view value) {
  ++sampled_;
  if (IsMissing(value)) {
    ++missing_;
    return;
  }
  if (values_.size() >= kMaxValues) return;
  // Long texts are no numbers or times; their beginning says as much.
  values_.emplace_back(value.substr(0, 100));
}

SourceColumn ColumnSampler::Finish() const {
  SourceColumn column;
  column.name = name_;
  column.sampled = sampled_;
  column.empty = missing_;
  column.examples = Examples(values_);
  if (values_.empty()) return column;
  JudgeNumbers(values_, column);
  if (column.type == FieldType::kText && MostBools(values_, column)) {
    column.type = FieldType::kBool;
    return column;
  }
  TimeGuess guess = GuessTimeFormat({values_.begin(), values_.end()});
  if (!guess.found) return column;
  if (column.type != FieldType::kText && !guess.number) return column;
  column.time = true;
  column.time_format = guess.format;
  column.time_has_zone = guess.zoned;
  column.time_ambiguous = guess.ambiguous;
  if (column.type == FieldType::kText) {
    column.type = FieldType::kTimestamp;
    column.unfit = CountOther(values_, guess.format);
  }
  return column;
}

std::vector<std::string> ColumnNames(const std::vector<std::string>& header) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (size_t i = 0; i < header.size(); ++i) {
    std::string base(Trim(header[i]));
    if (base.empty()) base = fmt::format("column{}", i + 1);
    std::string name = base;
    for (int n = 2; !taken.insert(LowerCase(name)).second; ++n) name = fmt::format("{}_{}", base, n);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace souk::record
