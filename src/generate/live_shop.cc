#include "generate/live_shop.h"

#include <algorithm>
#include <deque>
#include <queue>
#include <vector>

#include "generate/rows.h"
#include "generate/shop.h"
#include "generate/text_format.h"
#include "generate/text_writer.h"

namespace souk::generate {
namespace {

// Visits are made in batches of so many events, with as many orders as visitors of a history have the
// patience for.
constexpr uint32_t kBatchEvents = 2000;
constexpr uint32_t kBatchOrders = 22;
// Every order has on average 1.5 lines, which come about twice.
constexpr double kRecordsPerEvent = 1 + 2.0 * 1.5 * kBatchOrders / kBatchEvents;
constexpr Micros kMillisecond = 1000;
// Who is there when the first record is told came in the time before.
constexpr double kWarmUpSeconds = 900;
// More than this comes from visitors who hurry, not from more of them.
constexpr double kMostAtEase = 200;  // records per second

struct Visit {
  Session session;
  std::string key;
  Slice slice;
  std::vector<Event> events;
  std::vector<double> due;  // seconds
  uint64_t first_number = 0;
  size_t next = 0;
  bool ordered = false;
};

enum class Turn : uint8_t { kPayment, kCancellation, kReturn };

struct LiveOrder {
  Order order;  // as it ends
  std::string key;
  uint64_t first_line = 0;
  Micros updated = 0;
  Turn turn = Turn::kPayment;
};

// What happens next to a visit or an order.
struct Step {
  double due = 0;  // seconds since the beginning, at the usual pace
  uint64_t number = 0;
  std::shared_ptr<Visit> visit;
  std::shared_ptr<LiveOrder> order;

  bool operator>(const Step& other) const {
    return due != other.due ? due > other.due : number > other.number;
  }
};

}  // namespace

class LiveShop::Impl {
 public:
  Impl(const LiveShopOptions& options, std::vector<CalendarDay> days)
      : history_(options.history),
        shop_(history_, std::move(days)),
        day_(static_cast<uint32_t>(shop_.days.size() - 1)),
        run_(Key(history_.seed, Stream::kLive, static_cast<uint64_t>(options.begin))),
        orders_(run_, shop_.days, shop_.assortment, shop_.customers),
        rhythm_(shop_.days[day_], run_),
        random_(run_),
        batch_seconds_(kBatchEvents * kRecordsPerEvent / std::min(options.records_per_second, kMostAtEase)),
        next_order_(static_cast<uint64_t>(options.begin)),
        next_line_(next_order_),
        next_event_(next_order_),
        click_(ClickColumns()),
        line_(TransactionColumns(history_.currency)) {
    while (NextDue() < kWarmUpSeconds) DoNext(options.begin);
    warming_up_ = false;
  }

  LiveRecord Next(Micros now) {
    while (ready_.empty()) {
      NextDue();
      DoNext(now);
    }
    LiveRecord record = std::move(ready_.front());
    ready_.pop_front();
    return record;
  }
  const LiveCounts& counts() const { return counts_; }

 private:
  double NextDue() {
    while (steps_.empty() || steps_.top().due >= batch_end_) AddBatch();
    return steps_.top().due;
  }
  void DoNext(Micros now) {
    Step step = steps_.top();
    steps_.pop();
    step.visit ? Take(step, now) : Continue(step, now);
  }

  void AddBatch() {
    Slice slice;
    slice.day = day_;
    slice.part = ++batches_;
    slice.events = kBatchEvents;
    slice.orders = kBatchOrders;
    slice.last_lines = static_cast<uint32_t>(orders_.LinesOf(slice, kBatchOrders - 1));
    slice.first_order = next_order_;
    next_order_ += kBatchOrders;
    visits_.Make(orders_, slice, rhythm_);

    std::vector<std::shared_ptr<Visit>> open;
    for (const Session& session : visits_.sessions()) {
      open.push_back(std::make_shared<Visit>());
      open.back()->session = session;
      open.back()->slice = slice;
      open.back()->key = session.user == kGuest ? SessionId(session) : std::string(UserId(session.user));
    }
    // They come one after the other; within a visit the time between two events stays what it was.
    std::vector<Micros> began(open.size());
    for (size_t i = 0; i < visits_.size(); ++i) {
      const Event& event = visits_.EventAt(i);
      Visit& visit = *open[event.session];
      if (visit.events.empty()) {
        began[event.session] = visits_.TimeAt(i);
        visit.due.push_back(batch_end_ + batch_seconds_ * random_.Unit());
      } else {
        visit.due.push_back(visit.due.front() +
                            static_cast<double>(visits_.TimeAt(i) - began[event.session]) / kMicrosPerSecond);
      }
      visit.events.push_back(event);
    }
    for (auto& visit : open) {
      visit->first_number = next_event_;
      next_event_ += visit->events.size();
      if (!visit->events.empty()) Push({visit->due.front(), 0, visit, nullptr});
    }
    batch_end_ += batch_seconds_;
  }

  static std::string SessionId(const Session& session) {
    char text[40];
    return {text, static_cast<size_t>(PutUuid(text, session.key, Mix(session.key + kStep)) - text)};
  }

  void Push(Step step) {
    step.number = ++steps_made_;
    steps_.push(std::move(step));
  }

  void Take(const Step& step, Micros now) {
    Visit& visit = *step.visit;
    const Event& event = visit.events[visit.next];
    if (!warming_up_) Tell(visit, event, now);
    bool at_the_till = visit.session.purchase ? event.type == kPurchase : event.page == kCartPage;
    if (visit.session.order != kNoOrder && at_the_till && !visit.ordered) {
      visit.ordered = true;
      // An order that nobody was told of has no later either, nor the rest of its visit.
      if (warming_up_) return;
      PlaceOrder(visit, step.due, now);
    }
    if (++visit.next < visit.events.size()) Push({visit.due[visit.next], 0, step.visit, nullptr});
  }

  void Tell(const Visit& visit, const Event& event, Micros now) {
    counts_.visits += visit.next == 0;
    ++counts_.clicks;
    WriteClick(click_.row(), orders_, visit.slice,
               {visit.session, event, now, visit.first_number + visit.next});
    ready_.push_back({LiveKind::kClick, visit.key, click_.Take()});
  }

  void PlaceOrder(const Visit& visit, double due, Micros now) {
    auto live = std::make_shared<LiveOrder>();
    live->order = orders_.Make(visit.slice, visit.session.order);
    live->order.time = now;
    live->key = visit.key;
    live->first_line = next_line_;
    next_line_ += live->order.count;
    ++counts_.orders;
    Order placed = live->order;
    placed.status = kPending;
    placed.payment_status = kPaymentPending;
    Write(*live, placed, now);
    if (live->order.payment_status != kPaymentPending) {
      Push({due + 2 + 28 * random_.Unit(), 0, nullptr, live});
    } else if (live->order.status == kCancelled) {
      live->turn = Turn::kCancellation;
      Push({due + 60 + 540 * random_.Unit(), 0, nullptr, live});
    }
  }

  void Continue(const Step& step, Micros now) {
    LiveOrder& live = *step.order;
    switch (live.turn) {
      case Turn::kPayment: return Pay(step, now);
      case Turn::kCancellation: ++counts_.cancelled; return Write(live, live.order, now);
      case Turn::kReturn: return SendBack(live, now);
    }
  }

  void Pay(const Step& step, Micros now) {
    LiveOrder& live = *step.order;
    if (live.order.payment_status == kFailed) {
      ++counts_.failed;
      return Write(live, live.order, now);
    }
    Order paid = live.order;
    paid.status = kCompleted;
    paid.payment_status = kPaid;
    ++counts_.paid;
    Write(live, paid, now);
    if (live.order.status == kCancelled) {
      live.turn = Turn::kCancellation;
      Push({step.due + 60 + 540 * random_.Unit(), 0, nullptr, step.order});
    } else if (orders_.ReturnedLine(live.order) >= 0) {
      live.turn = Turn::kReturn;
      Push({step.due + 600 + 3000 * random_.Unit(), 0, nullptr, step.order});
    }
  }

  void SendBack(LiveOrder& live, Micros now) {
    orders_.TurnIntoReturn(live.order, orders_.ReturnedLine(live.order), day_, rhythm_);
    live.order.time = now;
    live.first_line = next_line_++;
    live.updated = 0;
    ++counts_.returned;
    Write(live, live.order, now);
  }

  // The lines as they are now; a later version never has the time of the one before.
  void Write(LiveOrder& live, Order order, Micros now) {
    live.updated = order.updated = std::max(now, live.updated == 0 ? now : live.updated + kMillisecond);
    for (int i = 0; i < order.count; ++i) {
      WriteTransaction(line_.row(), order, order.lines[i], live.first_line + static_cast<uint64_t>(i));
      ready_.push_back({LiveKind::kTransaction, live.key, line_.Take()});
      ++counts_.lines;
    }
  }

  HistoryOptions history_;
  Shop shop_;
  uint32_t day_;
  uint64_t run_;
  OrderMaker orders_;
  DayRhythm rhythm_;
  Random random_;
  double batch_seconds_;
  uint64_t next_order_, next_line_, next_event_;
  JsonText click_, line_;

  Visits visits_;
  bool warming_up_ = true;
  uint32_t batches_ = 0;
  double batch_end_ = 0;
  uint64_t steps_made_ = 0;
  std::priority_queue<Step, std::vector<Step>, std::greater<>> steps_;
  std::deque<LiveRecord> ready_;
  LiveCounts counts_;
};

LiveShop::LiveShop(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveShop::~LiveShop() = default;
LiveRecord LiveShop::Next(Micros now) { return impl_->Next(now); }
const LiveCounts& LiveShop::counts() const { return impl_->counts(); }

Result<std::unique_ptr<LiveShop>> LiveShop::Make(const LiveShopOptions& options) {
  const HistoryOptions& history = options.history;
  if (history.users < 1 || history.products < 1 || options.records_per_second <= 0) {
    return Fail(Code::kInvalid, "a living shop needs users, products and a rate above 0");
  }
  TRY(auto days, MakeCalendar(history.first_day, history.last_day, history.time_zone, history.seed));
  return std::unique_ptr<LiveShop>(new LiveShop(std::make_unique<Impl>(options, std::move(days))));
}

}  // namespace souk::generate
