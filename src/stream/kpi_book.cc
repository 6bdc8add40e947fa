#include "stream/kpi_book.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/options.h"

namespace souk::stream {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

const char* OwnTime(Subject subject) {
  switch (subject) {
    case Subject::kTransactions: return "transaction_timestamp";
    case Subject::kClickstream: return "event_time";
    case Subject::kVisits: break;
  }
  return "started_at";
}

Status OnlyKeys(const YAML::Node& node, std::initializer_list<std::string_view> known) {
  if (!node.IsMap()) return Fail(Code::kInvalid, "must have names and values");
  for (const auto& entry : node) {
    auto key = entry.first.as<std::string>();
    if (std::find(known.begin(), known.end(), key) == known.end())
      return Fail(Code::kInvalid, "'{}' is not known; there are {}", key, fmt::join(known, ", "));
  }
  return {};
}

std::string TextOf(const YAML::Node& node, const char* key) {
  return node[key] ? node[key].as<std::string>() : std::string();
}

Result<Micros> ParseSize(std::string_view text) {
  TRY(int64_t milliseconds, ParseDurationMs(text));
  if (milliseconds < 1000)
    return Fail(Code::kInvalid, "a window of {} is too short; it takes a second", text);
  return milliseconds * 1000;
}

// "tumbling 1m", "sliding 30m every 5m"
Result<WindowSpec> ParseWindow(const std::string& name, const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  WindowSpec window{name, 0, 0};
  if (words.size() == 2 && words[0] == "tumbling") {
    TRY(window.size, ParseSize(words[1]));
    window.every = window.size;
    return window;
  }
  if (words.size() == 4 && words[0] == "sliding" && words[2] == "every") {
    TRY(window.size, ParseSize(words[1]));
    TRY(window.every, ParseSize(words[3]));
    if (window.size % window.every != 0)
      return Fail(Code::kInvalid, "{} is no multiple of {}", words[1], words[3]);
    return window;
  }
  return Fail(Code::kInvalid, "'{}' is neither 'tumbling 1m' nor 'sliding 30m every 5m'", text);
}

}  // namespace

class KpiReader {
 public:
  KpiReader(KpiBook& book, Symbols& symbols) : book_(book), symbols_(symbols) {}

  Status Read(const YAML::Node& root) {
    TRY_STATUS(OnlyKeys(root, {"filters", "windows", "kpis", "gauges"}));
    for (const auto& entry : root["filters"])
      filters_[entry.first.as<std::string>()] = entry.second.as<std::string>();
    for (const auto& entry : root["windows"]) {
      auto name = entry.first.as<std::string>();
      auto window = ParseWindow(name, entry.second.as<std::string>());
      if (!window) return Fail(Code::kInvalid, "window {}: {}", name, window.error().message);
      windows_.push_back(*window);
    }
    if (windows_.empty()) return Fail(Code::kInvalid, "there are no windows");
    for (const auto& node : root["kpis"]) {
      if (Status read = ReadKpi(node); !read)
        return Fail(read.error().code, "kpi {}: {}", TextOf(node, "name"), read.error().message);
      Define(node, true);
    }
    for (const auto& node : root["gauges"]) {
      if (Status read = ReadGauge(node); !read)
        return Fail(read.error().code, "gauge {}: {}", TextOf(node, "name"), read.error().message);
      Define(node, false);
    }
    TRY_STATUS(CheckRatios());
    for (Definition& definition : book_.definitions_) DefineThings(definition);
    return {};
  }

 private:
  void Define(const YAML::Node& node, bool windowed) {
    std::string text;
    for (const char* key : {"name", "label", "of", "where", "value", "at"}) {
      if (std::string value = TextOf(node, key); !value.empty()) text += fmt::format("{}: {}\n", key, value);
    }
    if (node["by"])
      text += fmt::format("by: [{}]\n", fmt::join(node["by"].as<std::vector<std::string>>(), ", "));
    std::map<std::string, std::string> used;
    CollectFilters(TextOf(node, "where"), used);
    if (!used.empty()) text += "filters:\n";
    for (const auto& [name, condition] : used) text += fmt::format("  {}: {}\n", name, condition);
    std::string window = TextOf(node, "window");
    for (const WindowSpec& spec : windows_) {
      if (!windowed || (window.empty() ? &spec != &windows_.front() : spec.name != window)) continue;
      text += fmt::format("window: {}, {} s every {} s\n", spec.name, spec.size / kMicrosPerSecond,
                          spec.every / kMicrosPerSecond);
    }
    Definition& definition = book_.definitions_.emplace_back();
    definition.name = TextOf(node, "name");
    definition.text = std::move(text);
  }

  void DefineThings(Definition& definition) const {
    size_t cube = 0, measure = 0;
    if (book_.Find(definition.name, cube, measure)) return DefineThings(definition, cube, measure);
    for (const Ratio& ratio : book_.ratios_) {
      if (ratio.name != definition.name) continue;
      Definition above, below;
      if (book_.Find(ratio.numerator, cube, measure)) DefineThings(above, cube, measure);
      if (book_.Find(ratio.denominator, cube, measure)) DefineThings(below, cube, measure);
      definition.subject = below.subject;
      definition.time = below.time;
      definition.condition = fmt::format("({} OR {})", above.condition, below.condition);
    }
    for (const Gauge& gauge : book_.gauges_) {
      if (gauge.name != definition.name) continue;
      definition.subject = Subject::kVisits;
      definition.condition = gauge.measure.where.Sql(book_.gauge_use_, symbols_);
    }
  }

  void DefineThings(Definition& definition, size_t cube, size_t measure) const {
    const Cube& of = book_.cubes_[cube];
    const FieldUse& use = book_.use(of.subject);
    definition.subject = of.subject;
    definition.time = FieldsOf(of.subject)[use.fields()[of.time]].name;
    definition.condition = of.measures[measure].where.Sql(use, symbols_);
  }

  // The named filters that a condition uses, and those that these use.
  void CollectFilters(const std::string& condition, std::map<std::string, std::string>& used) const {
    for (size_t at = 0; at < condition.size();) {
      size_t end = at;
      while (end < condition.size() &&
             (std::isalnum(static_cast<unsigned char>(condition[end])) != 0 || condition[end] == '_'))
        ++end;
      auto filter = filters_.find(condition.substr(at, end - at));
      if (filter != filters_.end() && used.emplace(*filter).second) CollectFilters(filter->second, used);
      at = std::max(end, at + 1);
    }
  }

  Status NewName(const YAML::Node& node, std::string& name, std::string& label) {
    name = TextOf(node, "name");
    label = TextOf(node, "label");
    if (name.empty()) return Fail(Code::kInvalid, "has no name");
    if (label.empty()) label = name;
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      return Fail(Code::kInvalid, "this name is there already");
    names_.push_back(name);
    return {};
  }

  Result<Subject> ReadSubject(const YAML::Node& node) {
    std::string of = TextOf(node, "of");
    for (Subject subject : {Subject::kTransactions, Subject::kClickstream, Subject::kVisits}) {
      if (of == SubjectName(subject)) return subject;
    }
    return Fail(Code::kInvalid, "of: '{}' is none of transactions, clickstream, visits", of);
  }

  Result<size_t> Field(FieldUse& use, std::string_view name, const LiveField** type = nullptr) {
    auto field = FindField(use.subject(), Trimmed(name));
    if (!field)
      return Fail(Code::kInvalid, "'{}' is no field of {}", Trimmed(name), SubjectName(use.subject()));
    if (type) *type = &FieldsOf(use.subject())[*field];
    return use.Use(*field);
  }

  Status ReadKpi(const YAML::Node& node) {
    TRY_STATUS(OnlyKeys(node, {"name", "label", "of", "where", "value", "window", "at", "by"}));
    std::string name, label;
    TRY_STATUS(NewName(node, name, label));
    std::string value = TextOf(node, "value");
    if (size_t slash = value.find('/'); slash != std::string::npos) {
      book_.ratios_.push_back({name, label, std::string(Trimmed(value.substr(0, slash))),
                               std::string(Trimmed(value.substr(slash + 1)))});
      return {};
    }
    TRY(Subject subject, ReadSubject(node));
    FieldUse& use = book_.uses_[static_cast<size_t>(subject)];
    TRY(Measure measure, ReadMeasure(node, use, value));
    measure.name = name;
    measure.label = label;
    if (measure.kind == Measure::Kind::kDistinct &&
        (subject != Subject::kTransactions || value != "distinct(order_id)"))
      return Fail(Code::kInvalid, "of distinct things, windows count order_id of transactions only");
    TRY(Cube cube, ReadCube(node, use));
    auto same = std::find_if(book_.cubes_.begin(), book_.cubes_.end(), [&](const Cube& other) {
      return other.subject == cube.subject && other.window == cube.window && other.time == cube.time &&
             other.dimension_names == cube.dimension_names;
    });
    if (same == book_.cubes_.end()) same = book_.cubes_.insert(same, std::move(cube));
    same->measures.push_back(std::move(measure));
    return {};
  }

  Result<Cube> ReadCube(const YAML::Node& node, FieldUse& use) {
    Cube cube;
    cube.subject = use.subject();
    cube.window = windows_.front();
    if (std::string name = TextOf(node, "window"); !name.empty()) {
      auto window =
          std::find_if(windows_.begin(), windows_.end(), [&](const auto& w) { return w.name == name; });
      if (window == windows_.end()) return Fail(Code::kInvalid, "there is no window {}", name);
      cube.window = *window;
    }
    std::string at = TextOf(node, "at");
    const LiveField* type = nullptr;
    TRY(cube.time, Field(use, at.empty() ? OwnTime(cube.subject) : at, &type));
    if (type->type != record::FieldType::kTimestamp) return Fail(Code::kInvalid, "at: {} is no time", at);
    for (const auto& entry : node["by"]) {
      auto name = entry.as<std::string>();
      TRY(size_t place, Field(use, name, &type));
      if (type->type != record::FieldType::kText || type->opaque)
        return Fail(Code::kInvalid, "by: {} is no text that names a group", name);
      cube.dimensions.push_back(place);
      cube.dimension_names.push_back(name);
    }
    return cube;
  }

  // count | [-]sum(a) | [-]sum(a * b) | distinct(a)
  Result<Measure> ReadMeasure(const YAML::Node& node, FieldUse& use, std::string_view value) {
    Measure measure;
    ExpressionContext context{&use, &symbols_, &filters_};
    if (std::string where = TextOf(node, "where"); !where.empty()) {
      TRY(measure.where, Expression::Parse(where, context));
    }
    value = Trimmed(value);
    if (value == "count") return measure;
    if (value.starts_with("-")) {
      measure.negative = true;
      value = Trimmed(value.substr(1));
    }
    bool sum = value.starts_with("sum("), distinct = value.starts_with("distinct(");
    if ((!sum && !distinct) || !value.ends_with(")") || (distinct && measure.negative))
      return Fail(Code::kInvalid,
                  "value: '{}' is neither count, sum(field), sum(field * field) nor distinct(field)", value);
    value.remove_suffix(1);
    value.remove_prefix(sum ? 4 : 9);
    measure.kind = sum ? Measure::Kind::kSum : Measure::Kind::kDistinct;
    if (distinct) {
      TRY(measure.field, Field(use, value));
      return measure;
    }
    size_t star = value.find('*');
    measure.product = star != std::string_view::npos;
    TRY(measure.field, Summand(use, value.substr(0, star), measure));
    if (measure.product) {
      TRY(measure.factor, Summand(use, value.substr(star + 1), measure));
    }
    return measure;
  }

  Result<size_t> Summand(FieldUse& use, std::string_view name, Measure& measure) {
    const LiveField* type = nullptr;
    TRY(size_t place, Field(use, name, &type));
    if (type->type != record::FieldType::kInt && type->type != record::FieldType::kDecimal)
      return Fail(Code::kInvalid, "{} is no number", type->name);
    measure.money |= type->type == record::FieldType::kDecimal;
    measure.scale += type->scale;
    return place;
  }

  Status ReadGauge(const YAML::Node& node) {
    TRY_STATUS(OnlyKeys(node, {"name", "label", "of", "where", "value"}));
    Gauge gauge;
    TRY_STATUS(NewName(node, gauge.name, gauge.label));
    TRY(Subject subject, ReadSubject(node));
    if (subject != Subject::kVisits) return Fail(Code::kInvalid, "gauges are of visits");
    std::string value = TextOf(node, "value");
    TRY(gauge.measure, ReadMeasure(node, book_.gauge_use_, value));
    book_.gauges_.push_back(std::move(gauge));
    return {};
  }

  Status CheckRatios() {
    for (const Ratio& ratio : book_.ratios_) {
      size_t cubes[2], measure = 0;
      for (int i = 0; i < 2; ++i) {
        const std::string& part = i == 0 ? ratio.numerator : ratio.denominator;
        if (!book_.Find(part, cubes[i], measure))
          return Fail(Code::kInvalid, "kpi {}: there is no figure {}", ratio.name, part);
      }
      if (book_.cubes_[cubes[0]].window != book_.cubes_[cubes[1]].window)
        return Fail(Code::kInvalid, "kpi {}: {} and {} have different windows", ratio.name, ratio.numerator,
                    ratio.denominator);
    }
    return {};
  }

  KpiBook& book_;
  Symbols& symbols_;
  std::map<std::string, std::string> filters_;
  std::vector<WindowSpec> windows_;
  std::vector<std::string> names_;
};

Result<KpiBook> KpiBook::Parse(std::string_view yaml, std::string_view origin, Symbols& symbols) {
  KpiBook book;
  try {
    if (Status read = KpiReader(book, symbols).Read(YAML::Load(std::string(yaml))); !read)
      return Fail(Code::kInvalid, "{}: {}", origin, read.error().message);
  } catch (const YAML::Exception& error) {
    return Fail(Code::kInvalid, "{} line {}: {}", origin, error.mark.line + 1, error.msg);
  }
  return book;
}

const Definition* KpiBook::FindDefinition(std::string_view figure) const {
  auto found = std::find_if(definitions_.begin(), definitions_.end(),
                            [&](const Definition& one) { return one.name == figure; });
  return found == definitions_.end() ? nullptr : &*found;
}

bool KpiBook::Find(std::string_view kpi, size_t& cube, size_t& measure) const {
  for (cube = 0; cube < cubes_.size(); ++cube) {
    const auto& measures = cubes_[cube].measures;
    for (measure = 0; measure < measures.size(); ++measure) {
      if (measures[measure].name == kpi) return true;
    }
  }
  return false;
}

Micros KpiBook::longest_window(Subject subject) const {
  Micros longest = 0;
  for (const Cube& cube : cubes_) {
    if (cube.subject == subject) longest = std::max(longest, cube.window.size);
  }
  return longest;
}

}  // namespace souk::stream
