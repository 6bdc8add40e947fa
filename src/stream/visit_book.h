// The visits that are not over, and what they contribute to live figures.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/hot_store.h"
#include "stream/accumulator.h"
#include "stream/gauge_counts.h"
#include "stream/id.h"
#include "stream/reminders.h"
#include "stream/shelf.h"
#include "stream/visit.h"
#include "stream/visit_log.h"

namespace souk::stream {

// Visits with news since the last batch are at hand; all others are bytes on a shelf. Not thread-safe. Fails
// when the shelf's file does. Its state in the store: VisitLog's.
class VisitBook {
 public:
  // Visits of the time when each session_id had an entry of its own; Restore takes them too.
  static constexpr const char* kOldSpace = "visits";

  // All must outlive it.
  VisitBook(const KpiBook& book, Symbols& symbols, VisitOptions options, ShelfOptions shelf = {})
      : book_(book), symbols_(symbols), carts_(symbols), options_(options), gauges_(book), shelf_(shelf) {}

  Status Take(std::string_view session_id, const VisitEvent& event, Micros watermark, Accumulator& figures);
  // Time goes on: carts become abandoned, and visits that nothing can change any more are forgotten.
  Status Advance(Micros watermark, Accumulator& figures);
  // After Advance.
  Status TakeChanges(std::vector<store::StateChange>& changes, std::vector<store::StateRange>& forgotten);
  // Values of the book's gauges, by name, over the visits that are not forgotten. `now`: the events' time.
  // After TakeChanges.
  Result<std::map<std::string, int64_t>> Measure(Micros now);

  // All entries of VisitLog::kSpace and kOldSpace in the order of their keys, then EndRestore. `watermark` is
  // the one of the commit that wrote them.
  Status Restore(std::string_view key, std::string_view value, Micros watermark);
  Status RestoreOld(std::string_view key, std::string_view value);
  Status EndRestore(Micros watermark);
  size_t size() const { return shelf_.size(); }
  // In memory, without those at hand.
  uint64_t bytes() const { return shelf_.bytes_in_memory() + shelf_.index_bytes(); }

 private:
  struct Session {
    Id id = {};
    Shelf::Node node = Shelf::kNone;
    std::vector<Visit> visits =
        {};                   // in order; hardly ever more than one; none: the log still has old versions
    Micros kept_until = 0;    // when the log forgets the last version
    Micros reminder = kNull;  // the earliest of reminders_
    Micros turn = kNull;      // the earliest of turns_
    // While it is at hand:
    Micros looked_at = 0;      // the watermark with which the visits count now
    Micros next_turn = kNull;  // the next moment at which a gauge counts them otherwise
    bool changed = false;      // since the last version in the log
  };
  using Looks = std::vector<std::vector<int64_t>>;

  // At hand; nullptr when there is none. Good until the next call.
  Result<Session*> Load(const Id& id);
  Result<Session*> Load(Shelf::Node node);
  Status Decode(const Shelf::Entry& entry, Session& session);
  Session* AtHand(Session session);
  // Off the hand, onto the shelf.
  Status PutAside();
  Status Shelve(Session& session, const std::string& visits);

  // What the visits look like to the figures; the gauges count them (`sign` 1) or take that back (-1).
  void Look(Session& session, int sign, Looks& looks);
  void Describe(const Session& session, const Visit& visit);
  // The visits were `before` and are as they are: their contributions follow.
  void Recount(Session& session, Micros watermark, const Looks& before, Accumulator& figures);
  void ForgetOver(Session& session, Micros watermark);
  bool IsOver(const Visit& visit, Micros watermark) const;
  // When the watermark's progress changes the visits at the latest, if no event comes; kNull = never.
  Micros NextLook(const Session& session, Micros watermark) const;
  // Until when the log keeps a version that is written now.
  Micros KeepUntil(const Session& session) const;

  const KpiBook& book_;
  Symbols& symbols_;
  const CartSymbols carts_;
  VisitOptions options_;
  GaugeCounts gauges_;
  Shelf shelf_;
  VisitLog log_;
  Reminders reminders_;             // by the watermark
  Reminders turns_;                 // by now_
  Micros watermark_ = 0, now_ = 0;  // with which everything on the shelf counts
  bool had_old_ = false;

  std::vector<Session> at_hand_;
  boost::unordered_flat_map<Id, uint32_t, IdHash> places_;  // in at_hand_
  Looks before_, after_;
  std::vector<int64_t> all_;     // fields of one visit
  std::vector<int64_t> gauged_;  // those that gauges look at
};

}  // namespace souk::stream
