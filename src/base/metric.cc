#include "base/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <list>
#include <nlohmann/json.hpp>

namespace souk {
namespace {

[[noreturn]] void Wrong(const MetricSpec& spec, std::string_view what) {
  fmt::print(stderr, "metric {}: {}\n", spec.name, what);
  std::abort();
}

std::vector<std::string_view> LabelNames(const MetricSpec& spec) {
  std::vector<std::string_view> names;
  for (std::string_view rest = spec.labels; !rest.empty();) {
    names.push_back(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.size(), names.back().size() + 1));
  }
  return names;
}

// The format is UTF-8; names that clients choose need not be.
std::string ValidUtf8(std::string text) {
  bool ascii = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
  if (ascii) return text;
  auto quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return nlohmann::json::parse(quoted).get<std::string>();
}

std::string Escaped(std::string_view text, bool quotes) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

std::string Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

// `{topic="orders",partition="0"}` without the braces.
std::string LabelText(const MetricSpec& spec, const LabelValues& values) {
  auto names = LabelNames(spec);
  if (names.size() != values.size()) Wrong(spec, "wrong number of labels");
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    text += fmt::format("{}{}=\"{}\"", i == 0 ? "" : ",", names[i], Escaped(ValidUtf8(values[i]), true));
  }
  return text;
}

std::string Line(std::string_view name, std::string_view ending, const std::string& labels,
                 const std::string& value) {
  if (labels.empty()) return fmt::format("{}{} {}\n", name, ending, value);
  return fmt::format("{}{}{{{}}} {}\n", name, ending, labels, value);
}

std::string HistogramText(std::string_view name, const std::string& labels, const Histogram& histogram) {
  std::string text;
  std::string before = labels.empty() ? "" : labels + ",";
  uint64_t total = 0;
  for (size_t i = 0; i <= histogram.upper().size(); ++i) {
    total += histogram.count(i);
    std::string bound = i < histogram.upper().size() ? Number(histogram.upper()[i]) : "+Inf";
    text += Line(name, "_bucket", fmt::format("{}le=\"{}\"", before, bound), std::to_string(total));
  }
  text += Line(name, "_sum", labels, Number(histogram.sum()));
  return text + Line(name, "_count", labels, std::to_string(total));
}

std::string HeadText(const MetricSpec& spec) {
  return fmt::format("# HELP {} {}\n# TYPE {} {}\n", spec.name, Escaped(spec.help, false), spec.name,
                     MetricKindName(spec.kind));
}

// Specs and lines by name, so that all lines of a metric stand together, whoever said them.
struct Page : MetricSamples {
  struct Entry {
    const MetricSpec* spec = nullptr;
    std::string lines;
  };
  std::map<std::string_view, Entry> entries;

  Entry& Of(const MetricSpec& spec) {
    Entry& entry = entries[spec.name];
    entry.spec = &spec;
    return entry;
  }
  void Add(const MetricSpec& spec, LabelValues labels, double value) override {
    if (spec.kind == MetricKind::kHistogram) Wrong(spec, "a histogram cannot be collected");
    Of(spec).lines += Line(spec.name, "", LabelText(spec, labels), Number(value));
  }
};

}  // namespace

const char* MetricKindName(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter: return "counter";
    case MetricKind::kGauge: return "gauge";
    case MetricKind::kHistogram: return "histogram";
  }
  return "untyped";
}

void Histogram::Observe(double value) {
  auto bucket = std::lower_bound(upper_.begin(), upper_.end(), value) - upper_.begin();
  counts_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

// One of the maps is used. Nodes of a map stay where they are.
struct MetricRegistry::Family {
  explicit Family(const MetricSpec& s) : spec(s) {}

  const MetricSpec& spec;
  std::map<std::string, Counter> counters;  // by label text
  std::map<std::string, Gauge> gauges;
  std::map<std::string, Histogram> histograms;

  std::string Text() const {
    std::string text;
    for (const auto& [labels, counter] : counters)
      text += Line(spec.name, "", labels, std::to_string(counter.value()));
    for (const auto& [labels, gauge] : gauges) text += Line(spec.name, "", labels, Number(gauge.value()));
    for (const auto& [labels, histogram] : histograms) text += HistogramText(spec.name, labels, histogram);
    return text;
  }
};

struct MetricRegistry::Collectors {
  std::mutex mutex;
  std::list<Collector> list;
};

MetricRegistry::MetricRegistry() : collectors_(std::make_shared<Collectors>()) {}
MetricRegistry::~MetricRegistry() = default;

// With mutex_ held.
MetricRegistry::Family& MetricRegistry::FamilyOf(const MetricSpec& spec, MetricKind kind) {
  if (spec.kind != kind) Wrong(spec, "used as another kind");
  auto& family = families_[spec.name];
  if (!family) family = std::make_unique<Family>(spec);
  if (family->spec.help != spec.help || family->spec.kind != spec.kind) Wrong(spec, "declared twice");
  return *family;
}

void MetricRegistry::Declare(const MetricSpec& spec) {
  std::lock_guard lock(mutex_);
  FamilyOf(spec, spec.kind);
}

Counter& MetricRegistry::CounterOf(const MetricSpec& spec, const LabelValues& labels) {
  std::lock_guard lock(mutex_);
  return FamilyOf(spec, MetricKind::kCounter).counters[LabelText(spec, labels)];
}

Gauge& MetricRegistry::GaugeOf(const MetricSpec& spec, const LabelValues& labels) {
  std::lock_guard lock(mutex_);
  return FamilyOf(spec, MetricKind::kGauge).gauges[LabelText(spec, labels)];
}

Histogram& MetricRegistry::HistogramOf(const MetricSpec& spec, const LabelValues& labels) {
  std::lock_guard lock(mutex_);
  auto& all = FamilyOf(spec, MetricKind::kHistogram).histograms;
  return all.try_emplace(LabelText(spec, labels), spec.upper).first->second;
}

std::shared_ptr<void> MetricRegistry::Collect(Collector collector) {
  std::lock_guard lock(collectors_->mutex);
  auto place = collectors_->list.insert(collectors_->list.end(), std::move(collector));
  return std::shared_ptr<void>(nullptr, [kept = collectors_, place](void*) {
    std::lock_guard removing(kept->mutex);
    kept->list.erase(place);
  });
}

std::string MetricRegistry::Text() const {
  Page page;
  {
    std::lock_guard lock(collectors_->mutex);
    for (const Collector& collector : collectors_->list) collector(page);
  }
  std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) page.Of(family->spec).lines += family->Text();
  std::string text;
  for (const auto& [name, entry] : page.entries) text += HeadText(*entry.spec) + entry.lines;
  return text;
}

MetricRegistry& Metrics() {
  static MetricRegistry registry;
  return registry;
}

}  // namespace souk
