// Programs among the visitors of a shop with dirt: some say in their user agent what they are, some only by
// their pace.
#pragma once

#include <string_view>
#include <vector>

#include "generate/dirt.h"
#include "generate/visit.h"

namespace souk::generate {

// What the first kind calls itself; in a column's choices these follow Agents().
constexpr std::array<std::string_view, 6> kBotAgents = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "python-requests/2.32.3",
    "curl/8.5.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/137.0.0.0 "
    "Safari/537.36"};

struct BotEvent {
  Micros time = 0;
  uint32_t session = 0;
  uint32_t product = 0;  // that is looked at
  uint64_t number = 0;   // makes its id
};

// The bots of one slice. Reused from slice to slice to keep its memory.
class Bots {
 public:
  // Sessions by pace have at least 60 events with a mean gap below one second, the others fewer events.
  void Make(const OrderMaker& orders, const Dirt& dirt, const Slice& slice, const DayRhythm& rhythm);

  const std::vector<Session>& sessions() const { return sessions_; }
  // In the order of time.
  const std::vector<BotEvent>& events() const { return events_; }
  DirtKind KindOf(const BotEvent& event) const {
    return sessions_[event.session].agent >= Agents().size() ? kBotByAgent : kBotByPace;
  }

 private:
  void AddSession(const OrderMaker& orders, const Slice& slice, const DayRhythm& rhythm, DirtKind kind,
                  Random& random);

  std::vector<Session> sessions_;
  std::vector<BotEvent> events_;
};

}  // namespace souk::generate
