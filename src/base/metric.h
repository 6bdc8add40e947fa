// Metrics: what the program counts about itself, as text for Prometheus (docs/guide/metrics.md).
// A metric is declared once, as a constant MetricSpec beside what it counts; app/metric_list.cc lists all.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace souk {

enum class MetricKind { kCounter, kGauge, kHistogram };
const char* MetricKindName(MetricKind kind);  // "counter"

struct MetricSpec {
  std::string_view name;  // souk_<part>_<name>_<unit>; a counter's ends in _total, no other's does
  MetricKind kind = MetricKind::kCounter;
  std::string_view help;               // one plain sentence, for people
  std::string_view labels = {};        // names, "topic,partition"; "" = none
  std::span<const double> upper = {};  // kHistogram: upper bounds of its buckets, rising, without infinity
};

// Bounds for times in seconds: of answers, and of work that may take minutes.
inline constexpr double kAnswerSeconds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                            0.25,  0.5,    1,     2.5,  5,     10};
inline constexpr double kWorkSeconds[] = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800};

// Threads: any. Counting takes no lock.
class Counter {
 public:
  void Add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double change) { value_.fetch_add(change, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  explicit Histogram(std::span<const double> upper) : upper_(upper), counts_(upper.size() + 1) {}
  void Observe(double value);
  std::span<const double> upper() const { return upper_; }
  // Of the bucket alone, the last one is beyond all bounds.
  uint64_t count(size_t bucket) const { return counts_[bucket].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::span<const double> upper_;
  std::vector<std::atomic<uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

using LabelValues = std::vector<std::string>;  // in the order of the spec's labels

// What a collector says while the metrics are asked for. Counters and gauges only.
class MetricSamples {
 public:
  virtual ~MetricSamples() = default;
  virtual void Add(const MetricSpec& spec, LabelValues labels, double value) = 0;
};
using Collector = std::function<void(MetricSamples& samples)>;

// Threads: any. A name stands for one spec; specs live as long as the program. Two specs of one name, a kind
// that does not fit or a wrong number of labels abort: programmer's errors.
class MetricRegistry {
 public:
  MetricRegistry();
  ~MetricRegistry();
  MetricRegistry(const MetricRegistry&) = delete;

  // Makes the metric known; until it has a value, it is shown with its help only.
  void Declare(const MetricSpec& spec);
  // The one with these label values, made when it is not there. Takes a lock, so whoever counts often keeps
  // the reference; it is good as long as the registry.
  Counter& CounterOf(const MetricSpec& spec, const LabelValues& labels = {});
  Gauge& GaugeOf(const MetricSpec& spec, const LabelValues& labels = {});
  Histogram& HistogramOf(const MetricSpec& spec, const LabelValues& labels = {});

  // `collector` is called whenever the metrics are asked for, for values that are at hand elsewhere, until
  // what is returned is destroyed; that waits for a call under way. It must not use the registry.
  [[nodiscard]] std::shared_ptr<void> Collect(Collector collector);

  // All metrics by name, in the text format 0.0.4 of Prometheus.
  std::string Text() const;

 private:
  struct Family;
  Family& FamilyOf(const MetricSpec& spec, MetricKind kind);

  mutable std::mutex mutex_;  // guards families_
  std::map<std::string_view, std::unique_ptr<Family>> families_;
  struct Collectors;
  std::shared_ptr<Collectors> collectors_;
};

// The registry of the program.
MetricRegistry& Metrics();

}  // namespace souk
