#include "serve/live_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "serve/http/json.h"

namespace souk::serve {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
constexpr Micros kRecent = 30 * kMinute;
constexpr Micros kHour = 60 * kMinute;
constexpr int64_t kSeconds = 60;
constexpr size_t kMembers = 10;
constexpr size_t kOrders = 20;

// `value` × 10^-scale as a number of at most two decimals, rounded half away from zero.
std::string NumberText(int64_t value, int scale) {
  bool negative = value < 0;
  uint64_t digits = negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  for (; scale > 2; --scale) digits = digits / 10 + (digits % 10 >= 5 ? 1 : 0);
  std::string text = fmt::format("{:0{}d}", digits, scale + 1);
  if (scale > 0) text.insert(text.size() - static_cast<size_t>(scale), ".");
  return (negative && digits != 0 ? "-" : "") + text;
}

int64_t Power(int scale) {
  int64_t power = 1;
  for (; scale > 0; --scale) power *= 10;
  return power;
}

// An average in cents or a share, rounded half away from zero; null where nothing is divided by.
std::string RatioText(int64_t numerator, int scale, int64_t denominator, bool money) {
  if (denominator == 0) return "null";
  int shown = money ? 2 : 4;
  int64_t above = numerator * Power(std::max(0, shown - scale));
  int64_t below = denominator * Power(std::max(0, scale - shown));
  int64_t rounded = (2 * (above < 0 ? -above : above) + below) / (2 * below);
  if (money) return NumberText(above < 0 ? -rounded : rounded, 2);
  return fmt::format("{}{}.{:04d}", above < 0 ? "-" : "", rounded / 10'000, rounded % 10'000);
}

std::string_view Text(const store::HotRecord& line, std::string_view field) {
  const record::Schema& schema = *line.record.schema();
  return line.record.value(static_cast<size_t>(schema.Find(field) - schema.fields.data())).text;
}

int64_t Number(const store::HotRecord& line, std::string_view field) {
  const record::Schema& schema = *line.record.schema();
  return line.record.value(static_cast<size_t>(schema.Find(field) - schema.fields.data())).number;
}

std::string OrderJson(const store::HotRecord& line) {
  std::string out =
      fmt::format(R"({{"transaction_timestamp":{},"updated_at":{},"total_amount":{},"quantity":{})",
                  JsonTime(Number(line, "transaction_timestamp")), JsonTime(Number(line, "updated_at")),
                  NumberText(Number(line, "total_amount"), 2), Number(line, "quantity"));
  for (const char* field : {"order_id", "transaction_id", "product_id", "product_category", "city", "country",
                            "payment_method", "payment_status", "status", "failure_reason", "device_type"}) {
    out += fmt::format(R"(,"{}":{})", field, JsonString(Text(line, field)));
  }
  return out + "}";
}

}  // namespace

LiveBoard::LiveBoard(TimeZone time_zone, const Clock& clock)
    : time_zone_(std::move(time_zone)), clock_(clock) {}

Status LiveBoard::Begin(const stream::KpiBook& book, store::HotStore& store) {
  std::vector<Series> series;
  for (const stream::Cube& cube : book.cubes()) {
    for (const stream::Measure& measure : cube.measures) {
      Series one;
      one.name = measure.name;
      one.label = measure.label;
      one.scale = measure.scale;
      one.money = measure.money;
      one.size = cube.window.size;
      one.every = cube.window.every;
      series.push_back(one);
      for (const std::string& dimension : cube.dimension_names) {
        one.dimension = dimension;
        series.push_back(one);
      }
    }
  }
  std::lock_guard lock(mutex_);
  series_ = std::move(series);
  ratios_ = book.ratios();
  definitions_ = book.definitions();
  gauges_.clear();
  gauge_scales_.clear();
  for (const stream::Gauge& gauge : book.gauges()) {
    gauges_.emplace_back(gauge.name, gauge.label);
    gauge_scales_[gauge.name] = gauge.measure.scale;
  }
  state_ = "running";
  error_.clear();
  TRY(store::HotHead head, store.Head());
  counters_ = head.counters;
  committed_at_ = head.committed_at;
  watermark_ = head.watermark;
  Micros now = clock_.Now();
  for (Series& one : series_) one.recent_from = now - kRecent;
  auto put = [&](const store::WindowValue& value) -> Status {
    Put(value, 0);
    return {};
  };
  return store.ReadWindows(std::min(Today(now), now - 2 * kHour), std::numeric_limits<Micros>::max(), put);
}

LiveBoard::Series* LiveBoard::Find(const std::string& kpi, const std::string& dimension) {
  return const_cast<Series*>(std::as_const(*this).Find(kpi, dimension));
}

const LiveBoard::Series* LiveBoard::Find(const std::string& kpi, const std::string& dimension) const {
  for (const Series& series : series_) {
    if (series.name == kpi && series.dimension == dimension) return &series;
  }
  return nullptr;
}

void LiveBoard::Put(const store::WindowValue& value, Micros second) {
  Series* series = Find(value.key.kpi, value.key.dimension);
  if (series == nullptr || value.key.end - value.key.start != series->size) return;
  int64_t& known = series->windows[value.key.start][value.key.member];
  if (value.key.start >= series->recent_from) series->recent[value.key.member] += value.value - known;
  if (second > 0 && series->dimension.empty() && value.value != known) {
    auto& seconds = series->seconds;
    if (seconds.empty() || seconds.back().first < second) seconds.emplace_back(second, 0);
    seconds.back().second += value.value - known;
    while (seconds.front().first <= second - kSeconds * kMicrosPerSecond) seconds.pop_front();
  }
  known = value.value;
}

// Figures in all are kept for the day, others for as long as they are shown.
void LiveBoard::Forget(Micros now) {
  Micros today = Today(now);
  for (Series& series : series_) {
    Micros recent = now - kRecent;
    for (auto at = series.windows.lower_bound(series.recent_from);
         at != series.windows.end() && at->first < recent; ++at) {
      for (const auto& [member, value] : at->second) {
        int64_t& sum = series.recent[member];
        sum -= value;
        if (sum == 0) series.recent.erase(member);
      }
    }
    series.recent_from = std::max(series.recent_from, recent);
    Micros oldest = series.dimension.empty() ? std::min(today, now - 2 * kHour) : recent;
    series.windows.erase(series.windows.begin(), series.windows.lower_bound(oldest));
  }
}

void LiveBoard::KeepOrders(const std::vector<store::HotRecord>& lines) {
  size_t first = lines.size() > kOrders ? lines.size() - kOrders : 0;
  for (size_t i = first; i < lines.size(); ++i) orders_.push_front(OrderJson(lines[i]));
  if (orders_.size() > kOrders) orders_.resize(kOrders);
}

void LiveBoard::Commit(const store::HotBatch& batch, const stream::StreamHealth& health) {
  {
    std::lock_guard lock(mutex_);
    Micros now = clock_.Now();
    Forget(now);
    for (const store::WindowValue& value : batch.windows) Put(value, now - now % kMicrosPerSecond);
    KeepOrders(batch.lines);
    counters_ = batch.counters;
    committed_at_ = batch.committed_at;
    watermark_ = batch.watermark;
    health_ = health;
  }
  if (feed_->HasListeners()) feed_->Publish(net::MakeEvent("live", Json()));
}

void LiveBoard::End(const std::string& error) {
  {
    std::lock_guard lock(mutex_);
    state_ = error.empty() ? "stopped" : "failed";
    error_ = error;
  }
  feed_->Publish(net::MakeEvent("live", Json()));
}

Micros LiveBoard::Today(Micros now) const {
  Micros wall = time_zone_.ToWall(now);
  return time_zone_.ToUtc(wall - wall % kMicrosPerDay);
}

int64_t LiveBoard::Sum(const Series& series, Micros from) const {
  int64_t sum = 0;
  for (auto at = series.windows.lower_bound(from); at != series.windows.end(); ++at) {
    for (const auto& [member, value] : at->second) sum += value;
  }
  return sum;
}

std::string LiveBoard::HealthJson() const {
  std::string counters, partitions;
  for (const auto& [name, value] : counters_) {
    if (name.starts_with("gauge.")) continue;
    counters += fmt::format("{}\"{}\":{}", counters.empty() ? "" : ",", name, value);
  }
  for (const stream::PartitionProgress& p : health_.partitions) {
    partitions +=
        fmt::format(R"({}{{"topic":{},"partition":{},"next_offset":{},"lag":{}}})",
                    partitions.empty() ? "" : ",", JsonString(p.topic), p.partition, p.next_offset, p.lag);
  }
  return fmt::format(
      R"({{"records_per_second":{:.1f},"lag":{},"latency_ms":{{"p50":{:.1f},"p99":{:.1f}}},"commit_ms":{:.1f},)"
      R"("counters":{{{}}},"partitions":[{}]}})",
      health_.records_per_second, health_.lag, static_cast<double>(health_.latency_p50) / 1000,
      static_cast<double>(health_.latency_p99) / 1000, static_cast<double>(health_.commit_time) / 1000,
      counters, partitions);
}

std::string LiveBoard::GaugesJson() const {
  std::string out;
  for (const auto& [name, label] : gauges_) {
    auto value = counters_.find("gauge." + name);
    out += fmt::format(R"({}{{"name":"{}","label":{},"value":{}}})", out.empty() ? "" : ",", name,
                       JsonString(label),
                       NumberText(value == counters_.end() ? 0 : value->second, gauge_scales_.at(name)));
  }
  return "[" + out + "]";
}

// The greatest members of each dimension.
std::string LiveBoard::ByJson(const std::string& kpi) const {
  std::string out;
  for (const Series& series : series_) {
    if (series.name != kpi || series.dimension.empty()) continue;
    std::vector<std::pair<std::string_view, int64_t>> members(series.recent.begin(), series.recent.end());
    std::erase_if(members, [](const auto& member) { return member.second == 0; });
    size_t shown = std::min(kMembers, members.size());
    std::partial_sort(members.begin(), members.begin() + static_cast<int64_t>(shown), members.end(),
                      [](const auto& a, const auto& b) {
                        return a.second != b.second ? a.second > b.second : a.first < b.first;
                      });
    std::string list;
    for (size_t i = 0; i < shown; ++i) {
      list += fmt::format(R"({}{{"member":{},"value":{}}})", list.empty() ? "" : ",",
                          members[i].first.empty() ? "null" : JsonString(members[i].first),
                          NumberText(members[i].second, series.scale));
    }
    out += fmt::format(R"({}"{}":[{}])", out.empty() ? "" : ",", series.dimension, list);
  }
  return "{" + out + "}";
}

std::string LiveBoard::KpiJson(const Series& series, Micros now) const {
  std::string minutes;
  Micros newest = now - now % series.every;
  for (Micros start = newest - 59 * series.every; start <= newest; start += series.every) {
    auto window = series.windows.find(start);
    int64_t value = 0;
    if (window != series.windows.end()) {
      if (auto all = window->second.find(""); all != window->second.end()) value = all->second;
    }
    minutes += fmt::format("{}[{},{}]", minutes.empty() ? "" : ",", JsonTime(start),
                           NumberText(value, series.scale));
  }
  std::string seconds;
  auto at = series.seconds.begin();
  Micros running = now - now % kMicrosPerSecond;
  for (Micros second = running - (kSeconds - 1) * kMicrosPerSecond; second <= running;
       second += kMicrosPerSecond) {
    while (at != series.seconds.end() && at->first < second) ++at;
    bool added = at != series.seconds.end() && at->first == second;
    seconds += fmt::format("{}{}", seconds.empty() ? "" : ",",
                           added ? NumberText(at->second, series.scale) : std::string("0"));
  }
  return fmt::format(R"({{"name":"{}","label":{},"type":"{}","today":{},"hour":{},"minutes":[{}],)"
                     R"("seconds":[{}],"by":{}}})",
                     series.name, JsonString(series.label), series.money ? "money" : "count",
                     NumberText(Sum(series, Today(now)), series.scale),
                     NumberText(Sum(series, now - kHour), series.scale), minutes, seconds,
                     ByJson(series.name));
}

std::string LiveBoard::RatioJson(const stream::Ratio& ratio, Micros now) const {
  const Series* above = Find(ratio.numerator, "");
  const Series* below = Find(ratio.denominator, "");
  auto text = [&](Micros from) {
    return RatioText(Sum(*above, from), above->scale, Sum(*below, from), above->money);
  };
  return fmt::format(R"({{"name":"{}","label":{},"type":"{}","today":{},"hour":{},"minutes":[],"seconds":[],)"
                     R"("by":{{}}}})",
                     ratio.name, JsonString(ratio.label), above->money ? "money" : "ratio", text(Today(now)),
                     text(now - kHour));
}

std::string LiveBoard::WindowsJson(Micros now) const {
  std::string out;
  for (const Series& series : series_) {
    if (series.size == series.every || !series.dimension.empty()) continue;
    Micros start = now - now % series.every - series.size + series.every;  // the one that is nearly full
    auto window = series.windows.find(start);
    int64_t value = 0;
    if (window != series.windows.end() && window->second.contains("")) value = window->second.at("");
    out += fmt::format(R"({}{{"name":"{}","label":{},"start":{},"end":{},"value":{}}})",
                       out.empty() ? "" : ",", series.name, JsonString(series.label), JsonTime(start),
                       JsonTime(start + series.size), NumberText(value, series.scale));
  }
  return "[" + out + "]";
}

std::vector<stream::Definition> LiveBoard::Definitions() const {
  std::lock_guard lock(mutex_);
  return definitions_;
}

std::optional<stream::Definition> LiveBoard::DefinitionOf(std::string_view figure) const {
  std::lock_guard lock(mutex_);
  for (const stream::Definition& one : definitions_) {
    if (one.name == figure) return one;
  }
  return std::nullopt;
}

Micros LiveBoard::TodayBegan() const {
  std::lock_guard lock(mutex_);
  return Today(clock_.Now());
}

std::string LiveBoard::Json() const {
  std::lock_guard lock(mutex_);
  Micros now = clock_.Now();
  std::string kpis;
  for (const Series& series : series_) {
    if (!series.dimension.empty() || series.size != series.every) continue;
    kpis += (kpis.empty() ? "" : ",") + KpiJson(series, now);
  }
  for (const stream::Ratio& ratio : ratios_) {
    if (Find(ratio.numerator, "") == nullptr || Find(ratio.denominator, "") == nullptr) continue;
    kpis += (kpis.empty() ? "" : ",") + RatioJson(ratio, now);
  }
  return fmt::format(
      R"({{"state":"{}","error":{},"now":{},"committed_at":{},"watermark":{},"health":{},"gauges":{},"kpis":[{}],)"
      R"("windows":{},"orders":[{}]}})",
      state_, error_.empty() ? "null" : JsonString(error_), JsonTime(now), JsonTime(committed_at_),
      JsonTime(watermark_), HealthJson(), GaugesJson(), kpis, WindowsJson(now), fmt::join(orders_, ","));
}

}  // namespace souk::serve
