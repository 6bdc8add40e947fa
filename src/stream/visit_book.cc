#include "stream/visit_book.h"

#include <algorithm>

#include "stream/window/session.h"

namespace souk::stream {
namespace {

void Pick(const std::vector<int64_t>& all, const FieldUse& use, std::vector<int64_t>& values) {
  values.resize(use.fields().size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = all[use.fields()[i]];
}

// kNull = never.
Micros Earlier(Micros a, Micros b) { return a == kNull || (b != kNull && b < a) ? b : a; }

}  // namespace

void VisitBook::Describe(const Id& id, const Session& session, const Visit& visit) {
  DescribeVisit(visit, OpaqueValue(id), session.looked_at, options_, carts_, all_);
  Pick(all_, book_.gauge_use(), gauged_);
}

Micros VisitBook::Look(const Id& id, const Session& session, int sign, Looks& looks) {
  Micros turn = kNull;
  looks.resize(session.visits.size());
  for (size_t i = 0; i < looks.size(); ++i) {
    Describe(id, session, session.visits[i]);
    gauges_.Apply(gauged_, session.measured_at, sign);
    turn = Earlier(turn, gauges_.NextTurn(gauged_, session.measured_at));
    Pick(all_, book_.use(Subject::kVisits), looks[i]);
  }
  return turn;
}

void VisitBook::Recount(const Id& id, Session& session, Micros watermark, const Looks& before,
                        Accumulator& figures) {
  session.looked_at = watermark;
  session.measured_at = now_;
  AwaitTurn(id, session, Look(id, session, 1, after_));
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
  Look(id, session, -1, before_);
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
    Look(id, session, -1, before_);
    Recount(id, session, watermark, before_, figures);
    std::erase_if(session.visits, [&](const Visit& visit) {
      Micros cart = CartDeadline(visit, options_);
      bool over = visit.last + options_.gap <= watermark && (cart == kNull || cart <= watermark);
      if (over) {
        Describe(id, session, visit);
        gauges_.Apply(gauged_, session.measured_at, -1);
      }
      return over;
    });
    session.reminder = 0;
    if (!session.visits.empty()) Remind(id, session, watermark);
    // An empty session is told to the store and goes with TakeChanges.
  }
}

void VisitBook::AwaitTurn(const Id& id, Session& session, Micros next) {
  if (next == kNull || (session.turn != kNull && session.turn <= next)) return;
  session.turn = next;
  turns_.emplace(next, id);
}

std::map<std::string, int64_t> VisitBook::Measure(Micros now) {
  now_ = std::max(now_, now);
  while (!turns_.empty() && turns_.top().first <= now_) {
    auto [at, id] = turns_.top();
    turns_.pop();
    auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second.turn != at) continue;
    Session& session = found->second;
    Micros next = kNull;
    for (const Visit& visit : session.visits) {
      Describe(id, session, visit);
      next = Earlier(next, gauges_.NextTurn(gauged_, now_));
      gauges_.Apply(gauged_, session.measured_at, -1);
      gauges_.Apply(gauged_, now_, 1);
    }
    session.measured_at = now_;
    session.turn = kNull;
    AwaitTurn(id, session, next);
  }
  return gauges_.Values();
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
  session.measured_at = now_;
  AwaitTurn(id, session, Look(id, session, 1, after_));
  Remind(id, session, watermark);
  return {};
}

}  // namespace souk::stream
