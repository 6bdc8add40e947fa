// What `GET /api/live` shows: the live figures at the last commit of the stream, and how the stream is.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/time_zone.h"
#include "net/http_server.h"
#include "serve/feed.h"
#include "store/hot_store.h"
#include "stream/kpi_book.h"
#include "stream/runner.h"

namespace souk::serve {

// Threads: Begin and Commit by the stream's, the rest by any.
class LiveBoard {
 public:
  // `time_zone` decides when today began.
  LiveBoard(TimeZone time_zone, const Clock& clock);

  // A stream starts: its figures, and what the store has of them.
  Status Begin(const stream::KpiBook& book, store::HotStore& store);
  void Commit(const store::HotBatch& batch, const stream::StreamHealth& health);
  // The stream failed, or has stopped ("").
  void End(const std::string& error);

  // The whole state as a JSON object:
  //   state: running | stopped | failed, error
  //   now, committed_at, watermark    the cut-off time is committed_at
  //   health: records_per_second, lag, latency_ms {p50, p99}, commit_ms, counters {…}, partitions […]
  //   gauges: [{name, label, value}]
  //   kpis: [{name, label, type: money | count | ratio, today, hour, minutes: [[start, value]…60],
  //           seconds: [value…60]   by when they were counted; the last second is the one that runs
  //           by: {city: [{member, value}]}}]       of the last 30 minutes, the ten greatest
  //   windows: [{name, label, start, end, value}]   figures of sliding windows: the one that ends next
  //   orders: [{…}]                                 the last 20 lines, without personal data
  std::string Json() const;
  // What models/live.yml says of each figure. It changes only when a stream begins.
  std::vector<stream::Definition> Definitions() const;
  // Nothing when there is no such figure.
  std::optional<stream::Definition> DefinitionOf(std::string_view figure) const;
  // When today began on the shop's clock.
  Micros TodayBegan() const;
  // After every commit an event `live` with Json().
  Feed<net::EventText>& feed() { return *feed_; }

 private:
  struct Series {
    std::string name, label, dimension;  // "" = in all
    int scale = 0;
    bool money = false;
    Micros size = 0, every = 0;
    std::map<Micros, std::unordered_map<std::string, int64_t>> windows;  // by start, then member
    std::unordered_map<std::string, int64_t> recent;                     // of the last 30 minutes
    Micros recent_from = 0;                          // windows from here on are in `recent`
    std::deque<std::pair<Micros, int64_t>> seconds;  // of the figure in all: what each second added to it
  };

  Series* Find(const std::string& kpi, const std::string& dimension);
  const Series* Find(const std::string& kpi, const std::string& dimension) const;
  // `second`: the one in which the value changed; 0 = it was known before.
  void Put(const store::WindowValue& value, Micros second);
  void Forget(Micros now);
  void KeepOrders(const std::vector<store::HotRecord>& lines);
  Micros Today(Micros now) const;
  int64_t Sum(const Series& series, Micros from) const;

  std::string HealthJson() const;
  std::string GaugesJson() const;
  std::string KpiJson(const Series& series, Micros now) const;
  std::string RatioJson(const stream::Ratio& ratio, Micros now) const;
  std::string ByJson(const std::string& kpi) const;
  std::string WindowsJson(Micros now) const;

  mutable TimeZone time_zone_;
  const Clock& clock_;
  std::shared_ptr<Feed<net::EventText>> feed_ = std::make_shared<Feed<net::EventText>>();

  mutable std::mutex mutex_;
  std::string state_ = "stopped", error_;
  std::vector<Series> series_;
  std::vector<stream::Ratio> ratios_;
  std::vector<stream::Definition> definitions_;
  std::vector<std::pair<std::string, std::string>> gauges_;  // name, label
  std::map<std::string, int> gauge_scales_;
  std::map<std::string, int64_t> counters_;
  Micros committed_at_ = 0, watermark_ = 0;
  stream::StreamHealth health_;
  std::deque<std::string> orders_;  // as JSON, newest first
};

}  // namespace souk::serve
