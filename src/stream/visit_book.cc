#include "stream/visit_book.h"

#include <algorithm>

#include "stream/window/session.h"

namespace souk::stream {
namespace {

void Pick(const std::vector<int64_t>& all, const FieldUse& use, std::vector<int64_t>& values) {
  values.resize(use.fields().size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = all[use.fields()[i]];
}

}  // namespace

void VisitBook::Look(const Id& id, const Session& session, Looks& looks) const {
  looks.resize(session.visits.size());
  for (size_t i = 0; i < looks.size(); ++i) {
    DescribeVisit(session.visits[i], OpaqueValue(id), session.looked_at, options_, symbols_, all_);
    Pick(all_, book_.use(Subject::kVisits), looks[i]);
  }
}

void VisitBook::Recount(const Id& id, Session& session, Micros watermark, const Looks& before,
                        Accumulator& figures) {
  session.looked_at = watermark;
  Look(id, session, after_);
  if (before != after_) {
    for (const auto& look : before) figures.Apply(Subject::kVisits, look, -1);
    for (const auto& look : after_) figures.Apply(Subject::kVisits, look, 1);
  }
  if (session.changed) return;
  session.changed = true;
  changed_.push_back(id);
}

void VisitBook::Take(std::string_view session_id, const VisitEvent& event, Micros watermark,
                     Accumulator& figures) {
  Id id = IdOf(session_id);
  Session& session = sessions_[id];
  Look(id, session, before_);
  Visit& visit = JoinSession(session.visits, event.time, options_.gap,
                             [](Visit& into, const Visit& from) { into.Merge(from); });
  visit.Add(event);
  Recount(id, session, watermark, before_, figures);
  Remind(id, session, watermark);
}

Micros VisitBook::NextLook(const Session& session, Micros watermark) const {
  Micros next = kNull;
  for (const Visit& visit : session.visits) {
    Micros look = visit.last + options_.gap;
    Micros cart = CartDeadline(visit, options_);
    if (cart != kNull && cart > watermark) look = look > watermark ? std::min(look, cart) : cart;
    if (next == kNull || look < next) next = look;
  }
  return next;
}

void VisitBook::Remind(const Id& id, Session& session, Micros watermark) {
  Micros next = NextLook(session, watermark);
  if (session.reminder != 0 && session.reminder <= next) return;
  session.reminder = next;
  reminders_.emplace(next, id);
}

void VisitBook::Advance(Micros watermark, Accumulator& figures) {
  while (!reminders_.empty() && reminders_.top().first <= watermark) {
    auto [at, id] = reminders_.top();
    reminders_.pop();
    auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second.reminder != at) continue;
    Session& session = found->second;
    Look(id, session, before_);
    Recount(id, session, watermark, before_, figures);
    std::erase_if(session.visits, [&](const Visit& visit) {
      Micros cart = CartDeadline(visit, options_);
      return visit.last + options_.gap <= watermark && (cart == kNull || cart <= watermark);
    });
    session.reminder = 0;
    if (!session.visits.empty()) Remind(id, session, watermark);
    // An empty session is told to the store and goes with TakeChanges.
  }
}

void VisitBook::Measure(Micros now, Micros watermark, std::map<std::string, int64_t>& gauges) const {
  for (const Gauge& gauge : book_.gauges()) {
    const stream::Measure& measure = gauge.measure;
    boost::unordered_flat_set<int64_t> distinct;
    int64_t total = 0;
    std::vector<int64_t> values;
    for (const auto& [id, session] : sessions_) {
      for (const Visit& visit : session.visits) {
        DescribeVisit(visit, OpaqueValue(id), watermark, options_, symbols_, all_);
        Pick(all_, book_.gauge_use(), values);
        if (!measure.where.Holds(values, now)) continue;
        if (measure.kind == Measure::Kind::kCount) {
          ++total;
        } else if (int64_t value = values[measure.field]; value == kNull) {
          continue;
        } else if (measure.kind == Measure::Kind::kDistinct) {
          distinct.insert(value);
        } else {
          total += value;
        }
      }
    }
    gauges[gauge.name] =
        measure.kind == Measure::Kind::kDistinct ? static_cast<int64_t>(distinct.size()) : total;
  }
}

void VisitBook::TakeChanges(std::vector<store::StateChange>& changes) {
  for (const Id& id : changed_) {
    auto found = sessions_.find(id);
    if (found == sessions_.end()) continue;
    Session& session = found->second;
    session.changed = false;
    if (session.visits.empty()) {
      changes.push_back({kSpace, IdBytes(id), std::nullopt});
      sessions_.erase(found);
    } else {
      changes.push_back({kSpace, IdBytes(id), EncodeVisits(session.visits, symbols_)});
    }
  }
  changed_.clear();
}

Status VisitBook::Restore(std::string_view key, std::string_view value, Micros watermark) {
  if (key.size() != 16) return Fail(Code::kCorrupt, "the key of a visit has {} bytes", key.size());
  Id id = IdFromBytes(key);
  Session& session = sessions_[id];
  TRY(session.visits, DecodeVisits(value, symbols_));
  session.looked_at = watermark;
  Remind(id, session, watermark);
  return {};
}

}  // namespace souk::stream
