// The visits that are not over, and what they contribute to live figures.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "store/hot_store.h"
#include "stream/accumulator.h"
#include "stream/gauge_counts.h"
#include "stream/id.h"
#include "stream/visit.h"

namespace souk::stream {

// Not thread-safe. Its state in the store: space "visits", one entry for each session_id.
class VisitBook {
 public:
  static constexpr const char* kSpace = "visits";

  // All must outlive it.
  VisitBook(const KpiBook& book, Symbols& symbols, VisitOptions options)
      : book_(book), symbols_(symbols), carts_(symbols), options_(options), gauges_(book) {}

  void Take(std::string_view session_id, const VisitEvent& event, Micros watermark, Accumulator& figures);
  // Time goes on: carts become abandoned, and visits that nothing can change any more are forgotten.
  void Advance(Micros watermark, Accumulator& figures);
  // Values of the book's gauges, by name, over the visits that are not forgotten. `now`: the events' time.
  std::map<std::string, int64_t> Measure(Micros now);

  void TakeChanges(std::vector<store::StateChange>& changes);
  // `watermark` is the one of the commit that wrote it.
  Status Restore(std::string_view key, std::string_view value, Micros watermark);
  size_t size() const { return sessions_.size(); }

 private:
  struct Session {
    std::vector<Visit> visits;  // in order; hardly ever more than one
    Micros looked_at = 0;       // the watermark with which they count now
    Micros measured_at = 0;     // the moment with which gauges_ count them
    Micros reminder = 0;        // the earliest of reminders_
    Micros turn = kNull;        // the earliest of turns_
    bool changed = false;
  };
  using Looks = std::vector<std::vector<int64_t>>;

  // What the visits look like to the figures; the gauges count them (`sign` 1) or take that back (-1). Gives
  // the next moment at which a gauge counts them otherwise; kNull = none.
  Micros Look(const Id& id, const Session& session, int sign, Looks& looks);
  void Describe(const Id& id, const Session& session, const Visit& visit);
  void AwaitTurn(const Id& id, Session& session, Micros next);
  // The visits were `before` and are as they are: their contributions follow.
  void Recount(const Id& id, Session& session, Micros watermark, const Looks& before, Accumulator& figures);
  // When the session has to be looked at again at the latest, if no event comes.
  Micros NextLook(const Session& session, Micros watermark) const;
  void Remind(const Id& id, Session& session, Micros watermark);

  const KpiBook& book_;
  Symbols& symbols_;
  const CartSymbols carts_;
  VisitOptions options_;
  boost::unordered_flat_map<Id, Session, IdHash> sessions_;
  std::vector<Id> changed_;
  using Reminder = std::pair<Micros, Id>;
  using Reminders =
      std::priority_queue<Reminder, std::vector<Reminder>, std::greater<>>;  // the earliest first
  Reminders reminders_;                                                      // by the watermark
  Reminders turns_;                                                          // by now_
  GaugeCounts gauges_;
  Micros now_ = 0;
  Looks before_, after_;
  std::vector<int64_t> all_;     // fields of one visit
  std::vector<int64_t> gauged_;  // those that gauges look at
};

}  // namespace souk::stream
