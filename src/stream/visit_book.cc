#include "stream/visit_book.h"

#include <algorithm>
#include <utility>

#include "stream/bytes.h"
#include "stream/window/session.h"

namespace souk::stream {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
// Most visits have all their events within a few minutes. A version that is soon replaced is soon forgotten
// too, and what nobody replaces is written once more, for as long as it is needed.
constexpr Micros kKeepNew = 2 * kMinute;
constexpr Micros kKeepMost = 120 * kMinute;  // then it is written again
constexpr size_t kRestoredAtOnce = 1000;

void Pick(const std::vector<int64_t>& all, const FieldUse& use, std::vector<int64_t>& values) {
  values.resize(use.fields().size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = all[use.fields()[i]];
}

// kNull = never.
Micros Earlier(Micros a, Micros b) { return a == kNull || (b != kNull && b < a) ? b : a; }

Micros AlignUp(Micros time, Micros step) { return AlignDown(time + step - 1, step); }

void PutTime(ByteWriter& out, Micros time, Micros near) {
  out.Unsigned(time != kNull);
  if (time != kNull) out.Signed(time - near);
}
Micros TakeTime(ByteReader& in, Micros near) { return in.Unsigned() == 0 ? kNull : near + in.Signed(); }

}  // namespace

Result<VisitBook::Session*> VisitBook::Load(const Id& id) {
  if (auto place = places_.find(id); place != places_.end()) return &at_hand_[place->second];
  TRY(Shelf::Entry entry, shelf_.Find(id));
  if (entry.node == Shelf::kNone) return nullptr;
  Session session;
  TRY_STATUS(Decode(entry, session));
  return AtHand(std::move(session));
}

Result<VisitBook::Session*> VisitBook::Load(Shelf::Node node) {
  TRY(Shelf::Entry entry, shelf_.Read(node));
  if (entry.node == Shelf::kNone) return nullptr;
  if (auto place = places_.find(entry.id); place != places_.end()) return &at_hand_[place->second];
  Session session;
  TRY_STATUS(Decode(entry, session));
  return AtHand(std::move(session));
}

VisitBook::Session* VisitBook::AtHand(Session session) {
  places_.emplace(session.id, static_cast<uint32_t>(at_hand_.size()));
  at_hand_.push_back(std::move(session));
  return &at_hand_.back();
}

Status VisitBook::Decode(const Shelf::Entry& entry, Session& session) {
  ByteReader in(entry.bytes);
  session.id = entry.id;
  session.node = entry.node;
  session.kept_until = in.Signed();
  session.reminder = TakeTime(in, session.kept_until);
  session.turn = session.next_turn = TakeTime(in, session.kept_until);
  session.looked_at = watermark_;
  TRY(session.visits, DecodeVisits(in.Rest(), symbols_));
  return {};
}

Status VisitBook::Shelve(Session& session, const std::string& visits) {
  ByteWriter out;
  out.Signed(session.kept_until);
  PutTime(out, session.reminder, session.kept_until);
  PutTime(out, session.turn, session.kept_until);
  TRY(session.node, shelf_.Put(session.id, session.node, out.Take() + visits));
  return {};
}

Status VisitBook::PutAside() {
  for (Session& session : at_hand_) {
    if (session.visits.empty() && session.kept_until <= watermark_) {
      if (session.node != Shelf::kNone) shelf_.Erase(session.id, session.node);
      continue;
    }
    std::string visits = EncodeVisits(session.visits, symbols_);
    if (std::exchange(session.changed, false)) {
      session.kept_until = std::max(session.kept_until, KeepUntil(session));
      log_.Add(session.kept_until, session.id, visits);
    }
    Micros look = Earlier(NextLook(session, session.looked_at), session.kept_until);
    Micros turn = session.next_turn;
    bool remind = Earlier(session.reminder, look) != session.reminder;
    bool await_turn = Earlier(session.turn, turn) != session.turn;
    if (remind) session.reminder = look;
    if (await_turn) session.turn = turn;
    TRY_STATUS(Shelve(session, visits));
    if (remind) reminders_.Add(look, session.node);
    if (await_turn) turns_.Add(turn, session.node);
  }
  at_hand_.clear();
  places_.clear();
  return {};
}

Micros VisitBook::KeepUntil(const Session& session) const {
  bool was_written = session.kept_until != 0 && session.kept_until <= watermark_;
  if (!was_written) return AlignUp(watermark_ + kKeepNew, kMicrosPerSecond);
  Micros over = watermark_ + kMinute;
  for (const Visit& visit : session.visits) {
    over = std::max(over, visit.last + options_.gap);
    over = std::max(over, CartDeadline(visit, options_));  // kNull is less than any
  }
  return AlignUp(std::min(over, watermark_ + kKeepMost), kMinute);
}

void VisitBook::Describe(const Session& session, const Visit& visit) {
  DescribeVisit(visit, OpaqueValue(session.id), session.looked_at, options_, carts_, all_);
  Pick(all_, book_.gauge_use(), gauged_);
}

void VisitBook::Look(Session& session, int sign, Looks& looks) {
  session.next_turn = kNull;
  looks.resize(session.visits.size());
  for (size_t i = 0; i < looks.size(); ++i) {
    Describe(session, session.visits[i]);
    gauges_.Apply(gauged_, now_, sign);
    session.next_turn = Earlier(session.next_turn, gauges_.NextTurn(gauged_, now_));
    Pick(all_, book_.use(Subject::kVisits), looks[i]);
  }
}

void VisitBook::Recount(Session& session, Micros watermark, const Looks& before, Accumulator& figures) {
  session.looked_at = watermark;
  Look(session, 1, after_);
  if (before == after_) return;
  for (const auto& look : before) figures.Apply(Subject::kVisits, look, -1);
  for (const auto& look : after_) figures.Apply(Subject::kVisits, look, 1);
}

Status VisitBook::Take(std::string_view session_id, const VisitEvent& event, Micros watermark,
                       Accumulator& figures) {
  Id id = IdOf(session_id);
  TRY(Session * session, Load(id));
  if (session == nullptr) session = AtHand({.id = id});
  Look(*session, -1, before_);
  Visit& visit = JoinSession(session->visits, event.time, options_.gap,
                             [](Visit& into, const Visit& from) { into.Merge(from); });
  visit.Add(event);
  session->changed = true;
  Recount(*session, watermark, before_, figures);
  return {};
}

Micros VisitBook::NextLook(const Session& session, Micros watermark) const {
  Micros next = kNull;
  for (const Visit& visit : session.visits) {
    Micros look = visit.last + options_.gap;
    Micros cart = CartDeadline(visit, options_);
    if (cart != kNull && cart > watermark) look = look > watermark ? std::min(look, cart) : cart;
    next = Earlier(next, look);
  }
  return next;
}

bool VisitBook::IsOver(const Visit& visit, Micros watermark) const {
  return visit.last + options_.gap <= watermark && CartDeadline(visit, options_) <= watermark;
}

void VisitBook::ForgetOver(Session& session, Micros watermark) {
  std::erase_if(session.visits, [&](const Visit& visit) {
    if (!IsOver(visit, watermark)) return false;
    Describe(session, visit);
    gauges_.Apply(gauged_, now_, -1);
    return true;
  });
}

Status VisitBook::Advance(Micros watermark, Accumulator& figures) {
  Micros at = 0;
  for (Shelf::Node node = 0; reminders_.Take(watermark, at, node);) {
    TRY(Session * session, Load(node));
    // It may be of another visit, which was there when the node was.
    if (session != nullptr && session->reminder == at) session->reminder = kNull;
  }
  watermark_ = watermark;
  for (Session& session : at_hand_) {
    Micros next = NextLook(session, session.looked_at);
    if (next != kNull && next <= watermark) {
      Look(session, -1, before_);
      Recount(session, watermark, before_, figures);
      ForgetOver(session, watermark);
    }
    if (session.kept_until <= watermark && !session.visits.empty()) session.changed = true;
  }
  return {};
}

Result<std::map<std::string, int64_t>> VisitBook::Measure(Micros now) {
  now = std::max(now_, now);
  Micros at = 0;
  for (Shelf::Node node = 0; turns_.Take(now, at, node);) {
    TRY(Session * session, Load(node));
    if (session == nullptr || session->turn != at) continue;
    session->turn = session->next_turn = kNull;
    for (const Visit& visit : session->visits) {
      Describe(*session, visit);
      session->next_turn = Earlier(session->next_turn, gauges_.NextTurn(gauged_, now));
      gauges_.Apply(gauged_, now_, -1);
      gauges_.Apply(gauged_, now, 1);
    }
  }
  now_ = now;
  TRY_STATUS(PutAside());
  return gauges_.Values();
}

Status VisitBook::TakeChanges(std::vector<store::StateChange>& changes,
                              std::vector<store::StateRange>& forgotten) {
  TRY_STATUS(PutAside());
  log_.TakeChanges(watermark_, changes, forgotten);
  if (std::exchange(had_old_, false)) forgotten.push_back({kOldSpace, std::string(17, '\xff')});
  return {};
}

Status VisitBook::Restore(std::string_view key, std::string_view value, Micros watermark) {
  return log_.Restore(key, value, [&](Micros until, const Id& id, std::string_view visits) -> Status {
    if (until <= watermark) return {};  // replaced, or over
    TRY(Shelf::Entry known, shelf_.Find(id));
    Session session{.id = id, .node = known.node, .kept_until = until};
    return Shelve(session, std::string(visits));
  });
}

Status VisitBook::RestoreOld(std::string_view key, std::string_view value) {
  if (key.size() != 16) return Fail(Code::kCorrupt, "the key of a visit has {} bytes", key.size());
  had_old_ = true;
  Session session{.id = IdFromBytes(key)};
  return Shelve(session, std::string(value));
}

// Which version of a visit holds is known when all are there.
Status VisitBook::EndRestore(Micros watermark) {
  watermark_ = now_ = watermark;
  for (Shelf::Node node = 0, end = shelf_.node_end(); node < end; ++node) {
    TRY(Session * session, Load(node));
    if (session == nullptr) continue;
    std::erase_if(session->visits, [&](const Visit& visit) { return IsOver(visit, watermark); });
    Look(*session, 1, after_);
    if (at_hand_.size() == kRestoredAtOnce) TRY_STATUS(PutAside());
  }
  return PutAside();
}

}  // namespace souk::stream
