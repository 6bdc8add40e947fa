#include <simdjson.h>

#include <charconv>
#include <unordered_map>

#include "ingest/inspect.h"
#include "ingest/row_source.h"

namespace souk::ingest {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

class JsonRows : public RowSource {
 public:
  JsonRows(std::unique_ptr<SourceReader> reader, const TextProfile& profile)
      : RowSource(std::move(reader), profile, false) {
    for (size_t i = 0; i < names_.size(); ++i) places_.emplace(names_[i], i);
  }

  Result<bool> Next(RowBatch& batch) override {
    do {
      batch.Clear(names_.size());
      TRY(bool more, Fill(batch));
      if (!more) return false;
      Keep(TakeLines(batch));
    } while (batch.lines.empty());
    return true;
  }

 private:
  size_t TakeLines(RowBatch& batch) {
    size_t begin = 0;
    while (begin < text().size()) {
      size_t end = text().find('\n', begin);
      if (end == std::string_view::npos && !last()) break;
      std::string_view line = text().substr(begin, end - begin);
      if (!dropping_) TakeLine(line, batch);
      dropping_ = false;
      ++line_;
      begin = end == std::string_view::npos ? text().size() : end + 1;
    }
    if (text().size() - begin <= kMaxLineBytes && !dropping_) return begin;
    if (!dropping_) facts_.too_long.Note(line_);
    dropping_ = true;
    return text().size();
  }

  void TakeLine(std::string_view line, RowBatch& batch) {
    bool carriage = !line.empty() && line.back() == '\r';
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) {
      ++facts_.blank_lines;
      return;
    }
    NoteEnd(carriage ? "\r\n" : "\n");
    if (line.size() > kMaxLineBytes) return facts_.too_long.Note(line_);
    if (!IsText(line)) return facts_.not_text.Note(line_);
    values_.clear();
    if (!Parse(line, batch)) return facts_.not_json.Note(line_);
    size_t rows = batch.lines.size();
    batch.columns.resize(names_.size());
    for (auto [column, value] : values_) {
      auto& to = batch.columns[column];
      to.resize(rows);  // a key that is new to the batch, or was missing
      to.push_back(value);
    }
    for (auto& column : batch.columns) column.resize(rows + 1);
    batch.lines.push_back(line_);
    batch.rows.push_back(line);
  }

  bool Parse(std::string_view line, RowBatch& batch) {
    simdjson::dom::object object;
    if (parser_.parse(line.data(), line.size(), false).get(object)) return false;
    size_t next = 0;
    for (auto [key, value] : object) {
      size_t place = PlaceOf(key, next);
      next = place + 1;
      if (place < kMaxColumns) values_.emplace_back(place, TextOf(value, batch));
    }
    return true;
  }

  // Keys mostly come in the order of the columns.
  size_t PlaceOf(std::string_view key, size_t next) {
    for (size_t i = next; i < names_.size() && i < next + 3; ++i) {
      if (names_[i] == key) return i;
    }
    auto [at, added] = places_.emplace(std::string(key), names_.size());
    if (added && names_.size() < kMaxColumns) names_.emplace_back(key);
    return at->second;
  }

  // Numbers in their shortest form, lists and objects as JSON; null as nothing.
  static std::string_view TextOf(const element& value, RowBatch& batch) {
    switch (value.type()) {
      case element_type::STRING: return batch.made.emplace_back(value.get_string().value_unsafe());
      case element_type::INT64: return Number(value.get_int64().value_unsafe(), batch);
      case element_type::UINT64: return Number(value.get_uint64().value_unsafe(), batch);
      case element_type::DOUBLE: return Number(value.get_double().value_unsafe(), batch);
      case element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
      case element_type::NULL_VALUE: return {};
      default: return batch.made.emplace_back(simdjson::minify(value));
    }
  }

  template <typename T>
  static std::string_view Number(T number, RowBatch& batch) {
    char buffer[64];
    auto end = std::to_chars(buffer, buffer + sizeof(buffer), number);
    return batch.made.emplace_back(buffer, end.ptr);
  }

  simdjson::dom::parser parser_;
  std::unordered_map<std::string, size_t> places_;
  std::vector<std::pair<size_t, std::string_view>> values_;
  uint64_t line_ = 1;
  bool dropping_ = false;
};

}  // namespace

std::unique_ptr<RowSource> OpenJsonRows(std::unique_ptr<SourceReader> reader, const TextProfile& profile) {
  return std::make_unique<JsonRows>(std::move(reader), profile);
}

}  // namespace souk::ingest
