#include "generate/bots.h"

#include <algorithm>

namespace souk::generate {

void Bots::Make(const OrderMaker& orders, const Dirt& dirt, const Slice& slice, const DayRhythm& rhythm) {
  sessions_.clear();
  events_.clear();
  Random random(Key(orders.seed(), Stream::kBot, uint64_t{slice.day} << 32 | slice.part));
  // Sessions are whole, so that small shops have them on some days only.
  auto add = [&](DirtKind kind, double events, double per_session) {
    double sessions = events / per_session + random.Unit();
    for (int i = 1; i <= sessions; ++i) AddSession(orders, slice, rhythm, kind, random);
  };
  add(kBotByAgent, dirt.bots_by_agent() * slice.events, 20);
  add(kBotByPace, dirt.bots_by_pace() * slice.events, 105);
  std::sort(events_.begin(), events_.end(), [](const BotEvent& a, const BotEvent& b) {
    return a.time != b.time ? a.time < b.time : a.number < b.number;
  });
}

void Bots::AddSession(const OrderMaker& orders, const Slice& slice, const DayRhythm& rhythm, DirtKind kind,
                      Random& random) {
  const CalendarDay& day = orders.days()[slice.day];
  bool by_agent = kind == kBotByAgent;
  Traits who = orders.customers().TraitsOfGuest(random.Next());
  Session session;
  session.key = random.Next();
  session.ip = static_cast<uint32_t>(random.Next() >> 42);
  session.city = who.city;
  session.device = kDesktop;
  session.source = kDirect;
  if (by_agent) {
    session.agent = static_cast<uint8_t>(Agents().size() + random.Below(kBotAgents.size()));
  } else {
    while (Agents()[session.agent].device != kDesktop)
      session.agent = static_cast<uint8_t>(random.Below(static_cast<uint32_t>(Agents().size())));
  }
  auto count = static_cast<int>(by_agent ? random.Between(3, 37) : random.Between(60, 150));
  Micros longest = count * (by_agent ? 10 : 1) * kMicrosPerSecond;
  Micros at = std::max(day.begin, std::min(rhythm.At(random.Unit()), day.end - longest));
  for (int i = 0; i < count; ++i) {
    uint32_t category = PickCategory(orders.catalog(), who, day.month_index, random);
    BotEvent event;
    event.time = at;
    event.session = static_cast<uint32_t>(sessions_.size());
    event.product = orders.assortment().Pick(random, category, slice.day, who.taste);
    event.number = random.Next();
    events_.push_back(event);
    at += (by_agent ? random.Between(1500, 9000) : random.Between(100, 800)) * 1000;
  }
  sessions_.push_back(session);
}

}  // namespace souk::generate
