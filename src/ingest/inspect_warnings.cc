#include <fmt/ranges.h>

#include <map>

#include "ingest/inspect.h"

namespace souk::ingest {
namespace {

using record::ColumnProfile;
using record::FieldType;

// Columns of this many rows and more that differ in every row are worth no word; a share is said from here
// on.
constexpr double kFewShare = 0.05;

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

// "1 row", "1,234 rows"
std::string Rows(uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (auto at = static_cast<ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits + (count == 1 ? " row" : " rows");
}

// "12 %", "0.03 %"
std::string Percent(uint64_t part, uint64_t all) {
  double share = 100.0 * static_cast<double>(part) / static_cast<double>(all);
  return share >= 10 || part == all ? fmt::format("{:.0f} %", share) : fmt::format("{:.2g} %", share);
}

const char* Kind(FieldType type) {
  switch (type) {
    case FieldType::kInt: return "whole numbers";
    case FieldType::kDecimal: return "numbers";
    case FieldType::kTimestamp: return "times";
    case FieldType::kBool: return "truth values";
    case FieldType::kText: return "text";
  }
  return "";
}

class Warnings {
 public:
  explicit Warnings(const Inspection& inspection) : inspection_(inspection) {}

  std::vector<std::string> All() && {
    Lines();
    Header();
    Nested();
    Record();
    for (const InspectedColumn& column : inspection_.columns) Column(column);
    return std::move(list_);
  }

 private:
  template <typename... Args>
  void Say(fmt::format_string<Args...> format, Args&&... args) {
    list_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void LineKind(const Occurrences& lines, const char* what) {
    if (lines.count == 0) return;
    Say("{} {}, first at line {}; {} left out here and would wait in quarantine", Rows(lines.count), what,
        lines.first_line, lines.count == 1 ? "it is" : "they are");
  }

  void Lines() {
    const LineFacts& facts = inspection_.facts;
    if (inspection_.text.blank_runs) {
      Say("runs of blanks separate the fields, which `souk ingest` does not take; write it with commas "
          "first, "
          "e.g. sed -E 's/^ +//; s/ +/,/g'");
    }
    for (const auto& [fields, lines] : facts.ragged) {
      LineKind(lines, fmt::format("{} {} field{} instead of {}", lines.count == 1 ? "has" : "have", fields,
                                  fields == 1 ? "" : "s", inspection_.columns.size())
                          .c_str());
    }
    auto has = [](const Occurrences& lines) { return lines.count == 1 ? "has" : "have"; };
    LineKind(facts.broken_quotes,
             fmt::format("{} quotes that do not close", has(facts.broken_quotes)).c_str());
    LineKind(facts.too_long, facts.too_long.count == 1 ? "is longer than 16 MB" : "are longer than 16 MB");
    LineKind(facts.not_text, fmt::format("{} bytes that are not {}", has(facts.not_text),
                                         record::EncodingName(inspection_.text.encoding))
                                 .c_str());
    LineKind(facts.not_json, facts.not_json.count == 1 ? "is no JSON object" : "are no JSON objects");
    size_t kinds = 0;
    for (uint64_t count : facts.line_ends) kinds += count > 0;
    if (kinds > 1)
      Say("its lines end in different ways ({}); `souk ingest` makes them one", inspection_.line_end);
    if (inspection_.duplicate_rows > 0 && inspection_.rows > 0) {
      Say("{}{} ({}) {} an earlier one in every byte; a build counts such copies once",
          inspection_.duplicates_exact ? "" : "about ", Rows(inspection_.duplicate_rows),
          Percent(inspection_.duplicate_rows, inspection_.rows),
          inspection_.duplicate_rows == 1 ? "repeats" : "repeat");
    }
    if (inspection_.rows == 0) Say("there is no row in it");
  }

  void Header() {
    if (inspection_.text.kind != SourceKind::kCsv) return;
    if (!inspection_.text.dialect.header) {
      Say("it has no header ({}); columns are called column1, column2 …, and --map says which is which",
          inspection_.header_reason);
    }
    std::map<std::string, size_t> seen;
    for (const std::string& name : inspection_.facts.header) ++seen[Lower(name)];
    for (const std::string& name : inspection_.facts.header) {
      auto same = seen.find(Lower(name));
      if (same == seen.end()) continue;
      if (Lower(name).find_first_not_of(" \t") == std::string::npos) {
        Say("{} of the header {} no name; {} called by its place", same->second,
            same->second == 1 ? "column has" : "columns have", same->second == 1 ? "it is" : "each is");
      } else if (same->second > 1) {
        Say("the header has the column {} {}; the later ones are called {}_2 and so on", name,
            same->second == 2 ? "twice" : fmt::format("{} times", same->second), name);
      }
      seen.erase(same);
    }
  }

  void Nested() {
    size_t count = inspection_.nested.size();
    if (count == 0) return;
    Say("{} {} {} lists or objects: {} not shown here, and `souk ingest` does not take {}",
        count == 1 ? "column" : "columns", fmt::join(inspection_.nested, ", "), count == 1 ? "holds" : "hold",
        count == 1 ? "it is" : "they are", count == 1 ? "it" : "them");
  }

  void Record() {
    if (inspection_.columns.empty()) return;
    if (!inspection_.record) {
      Say("its columns are those of no record; say what it is with --as users, products, transactions or "
          "clickstream when you ingest it, and name columns with --map target=column");
      return;
    }
    for (const std::string& warning : inspection_.mapping.warnings) {
      // About times this says more, and about the whole column.
      if (warning.find("the other way round") == std::string::npos) list_.push_back(warning);
    }
  }

  void Time(const InspectedColumn& column) {
    const ColumnProfile& profile = column.profile;
    const auto& reading = profile.reading;
    if (reading.mostly != FieldType::kTimestamp || !reading.swapped) return;
    if (profile.swapped_unfit > 0 || reading.type != FieldType::kTimestamp || profile.distinct == 0) return;
    std::string target = column.field.empty() ? "FIELD" : column.field;
    if (column.sample.time_ambiguous) {
      Say("column {} is day-first or month-first: no value decides; it is read as {}; pass --time-format "
          "{}={} "
          "to souk ingest when that is wrong",
          column.name, reading.time.text(), target, reading.swapped->text());
    } else {
      Say("column {} is read as {} because that keeps the lines in order of time, no value decides; pass "
          "--time-format {}={} to souk ingest when that is wrong",
          column.name, reading.time.text(), target, reading.swapped->text());
    }
  }

  bool IsId(const InspectedColumn& column) const {
    const record::Field* field = column.field.empty() ? nullptr : inspection_.record->Find(column.field);
    if (field) return field->id;
    std::string name = Lower(column.name);
    return name == "id" || name.ends_with("_id") || name.ends_with(" id") || column.name.ends_with("ID") ||
           column.name.ends_with("Id");
  }

  void Column(const InspectedColumn& column) {
    const ColumnProfile& profile = column.profile;
    uint64_t values = profile.rows - profile.nulls;
    if (profile.rows > 0 && values == 0) {
      Say("column {} is empty in every row", column.name);
      return;
    }
    // Words that are partly truth values are words.
    if (profile.unfit > 0 && values > 0 && profile.reading.mostly != FieldType::kBool) {
      bool id = profile.reading.mostly == FieldType::kInt &&
                static_cast<double>(profile.unfit) > kFewShare * static_cast<double>(values);
      Say("{} of {} are {}; the others, first '{}' at line {}, make it text{}",
          Percent(values - profile.unfit, values), column.name, Kind(profile.reading.mostly),
          profile.first_unfit, profile.first_unfit_line,
          id || IsId(column) ? "" : "; mend them, or they go to quarantine where a field needs the type");
    }
    if (profile.reading.mostly != FieldType::kText && profile.reading.type == FieldType::kText &&
        profile.leading_zeros > 0 && profile.unfit == 0) {
      Say("{} of {} begin with 0 like a code, so it stays text", Percent(profile.leading_zeros, values),
          column.name);
    }
    if (profile.point_zeros > 0 && IsId(column)) {
      Say("{} of {} end in .0: ids read from a spreadsheet; `souk ingest` takes 17850.0 as 17850",
          Percent(profile.point_zeros, values), column.name);
    }
    Time(column);
  }

  const Inspection& inspection_;
  std::vector<std::string> list_;
};

}  // namespace

std::vector<std::string> WarningsOf(const Inspection& inspection) { return Warnings(inspection).All(); }

}  // namespace souk::ingest
