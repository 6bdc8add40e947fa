#include "generate/slice_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace souk::generate {
namespace {

constexpr uint32_t kLatest = 3;  // days
// Broken copies have ids beyond those of the shop.
constexpr uint64_t kBrokenEvents = uint64_t{1} << 48;
// A unit price that DECIMAL(12, 4) does not hold, in cents.
constexpr int64_t kTooLargePrice = 99'999'999'900;
constexpr Micros kIn1970 = 86'400 * kMicrosPerSecond;
constexpr Micros kIn2199 = 7'226'625'600 * kMicrosPerSecond;  // 1 January, noon

uint8_t PickWord(const Order& order, uint64_t draw) {
  constexpr size_t kKnown = kMethodWords.size() - kUnknownMethodWords;
  size_t word = draw % kKnown;
  while (kMethodWords[word].method != order.payment_method) word = (word + 1) % kKnown;
  return static_cast<uint8_t>(word);
}

}  // namespace

SliceWriter::SliceWriter(Shop& shop, FileSet& files)
    : shop_(shop), files_(files), dirt_(shop.options.seed, shop.options.dirt) {
  const HistoryOptions& o = shop.options;
  bool dirty = dirt_.any();
  lines_ = {.folder = "transactions", .format = o.transactions_format, .own_writer = {}, .late_writer = {}};
  clicks_ = {.folder = "clickstream", .format = o.clickstream_format, .own_writer = {}, .late_writer = {}};
  lines_.own_writer = files.Writer(o.transactions_format, TransactionColumns(o.currency, dirty));
  clicks_.own_writer = files.Writer(o.clickstream_format, ClickColumns(dirty));
  if (!dirty) return;
  lines_.late_writer = files.Writer(o.transactions_format, TransactionColumns(o.currency, dirty));
  clicks_.late_writer = files.Writer(o.clickstream_format, ClickColumns(dirty));
}

// Late records of a day come one to three days after it; two days never share a file.
void SliceWriter::FindLaterDay(const Slice& slice) {
  auto delay = static_cast<uint32_t>(dirt_.Draw(slice.day, 0) % kLatest);
  uint32_t day = slice.day + delay + 1;
  bool there = dirt_.any() && day < shop_.days.size() && shop_.days[day].begin < shop_.days[day].end;
  later_day_ = there ? static_cast<int32_t>(day) : -1;
  late_name_ = fmt::format("late-{:05}", delay + kLatest * slice.part);
}

Status SliceWriter::Begin(Outlet& outlet, const Slice& slice) {
  TRY(std::string path,
      files_.PathOf(outlet.folder, slice.day, fmt::format("part-{:05}", slice.part), outlet.format));
  outlet.own = &files_.Begin(*outlet.own_writer, path);
  outlet.late = nullptr;
  return {};
}

RowWriter& SliceWriter::Late(Outlet& outlet) {
  if (outlet.late) return *outlet.late;
  auto path = files_.PathOf(outlet.folder, static_cast<uint32_t>(later_day_), late_name_, outlet.format);
  if (!path) {
    status_ = tl::unexpected(path.error());
    return *outlet.own;
  }
  outlet.late = &files_.Begin(*outlet.late_writer, *path);
  return *outlet.late;
}

Status SliceWriter::Finish(Outlet& outlet) {
  TRY_STATUS(status_);
  TRY_STATUS(files_.Finish(*outlet.own));
  if (outlet.late) TRY_STATUS(files_.Finish(*outlet.late));
  return {};
}

Status SliceWriter::Make(const Slice& slice, Progress& progress) {
  DayRhythm rhythm(shop_.days[slice.day], shop_.options.seed);
  FindLaterDay(slice);
  if (slice.lines > 0) {
    TRY_STATUS(Begin(lines_, slice));
    next_line_ = slice.first_line;
    shop_.plan.ForEachOrder(shop_.orders, slice, rhythm, returns_,
                            [&](const Order& order) { WriteOrder(order); });
    TRY_STATUS(Finish(lines_));
    progress.Advance(slice.lines);
    TRY_STATUS(progress.CheckCancelled());
  }
  if (slice.events > 0) {
    visits_.Make(shop_.orders, slice, rhythm);
    TRY_STATUS(Begin(clicks_, slice));
    dirt_.any() ? WriteDirtyClicks(slice, rhythm) : WriteClicks(slice);
    TRY_STATUS(Finish(clicks_));
    shop_.ledger.AddVisits(tally_, slice, visits_);
    progress.Advance(slice.events);
  }
  shop_.ledger.FinishSlice(tally_, slice);
  return {};
}

void SliceWriter::WriteOrder(const Order& order) {
  if (dirt_.any()) return WriteDirtyOrder(order);
  for (int i = 0; i < order.count; ++i) WriteTransaction(*lines_.own, order, order.lines[i], next_line_++);
  shop_.ledger.AddOrder(tally_, order);
}

void SliceWriter::WriteDirtyOrder(Order order) {
  if (later_day_ >= 0 && dirt_.IsUpdated(order)) {
    WriteUpdatedOrder(order);
  } else {
    for (int i = 0; i < order.count; ++i) {
      DirtKind kind = dirt_.OfLine(next_line_, lines_.text());
      if (kind == kTotalDiffers) {
        // 2 cents to 5.00 more or less: what is given is what counts.
        uint64_t draw = dirt_.Draw(next_line_, 1);
        int64_t difference = 2 + static_cast<int64_t>(draw / 2 % 499);
        order.lines[i].total += draw % 2 == 0 ? difference : -difference;
      }
      WriteDirtyLine(order, order.lines[i], kind);
      ++next_line_;
    }
  }
  shop_.ledger.AddOrder(tally_, order);
}

// First as it stood when it was placed; how it ended comes on a later day.
void SliceWriter::WriteUpdatedOrder(const Order& order) {
  Order before = order, after = order;
  before.updated = order.time;
  bool unpaid = order.status != kCancelled || order.payment_status == kPaymentPending;
  before.status = unpaid ? kPending : kCompleted;
  before.payment_status = unpaid ? kPaymentPending : kPaid;
  if (order.status != kCancelled) {
    const CalendarDay& day = shop_.days[static_cast<size_t>(later_day_)];
    after.updated = day.begin + (day.end - day.begin) / 2;
  }
  for (int i = 0; i < order.count; ++i) {
    WriteTransaction(*lines_.own, before, order.lines[i], next_line_);
    WriteTransaction(Late(lines_), after, order.lines[i], next_line_++);
    Count(tally_.dirty_lines, kUpdate);
    tally_.dirty_lines.written += 2;
  }
}

void SliceWriter::WriteDirtyLine(const Order& order, const OrderLine& line, DirtKind kind) {
  bool late = (kind == kLate || kind == kLaterDuplicate) && later_day_ >= 0;
  if (kind == kLate && !late) kind = kDirtKinds;
  if (kind == kLaterDuplicate && !late) kind = kDuplicate;
  RowForm form;
  if (kind == kMethodWord) form.method_word = PickWord(order, dirt_.Draw(next_line_, 2));
  if (kind == kUnknownMethod) {
    form.method_word =
        static_cast<uint8_t>(kMethodWords.size() - 1 - dirt_.Draw(next_line_, 2) % kUnknownMethodWords);
  }
  if (kind == kOtherTimeForm)
    form.time = dirt_.Draw(next_line_, 2) % 2 == 0 ? TimeForm::kOffset : TimeForm::kBlank;
  DirtCount& count = tally_.dirty_lines;
  WriteTransaction(kind == kLate ? Late(lines_) : *lines_.own, order, line, next_line_, form);
  ++count.written;
  if (kind == kDirtKinds) return;
  Count(count, kind);
  if (kind == kDuplicate || kind == kLaterDuplicate) {
    WriteTransaction(late ? Late(lines_) : *lines_.own, order, line, next_line_);
    ++count.written;
  }
  WriteBrokenLine(order, line, kind);
}

// A copy that nobody can count; under a number of its own, so that the line itself stays.
void SliceWriter::WriteBrokenLine(Order order, OrderLine line, DirtKind kind) {
  uint64_t draw = dirt_.Draw(next_line_, 3);
  RowForm form;
  switch (kind) {
    case kMalformed: form.damage = draw | 1 << 20; break;
    case kMissingTime: form.no_time = true; break;
    case kMissingField: form.missing = true; break;
    case kUnreadableTime: form.time = TimeForm::kUnreadable; break;
    case kImplausibleTime: order.time = order.updated = draw % 2 == 0 ? kIn1970 : kIn2199; break;
    case kTooLarge: line.unit_price = kTooLargePrice; break;
    case kNegativePrice: line.unit_price = -line.unit_price; break;
    default: return;
  }
  line.total = line.amount() - line.discount + line.tax + line.shipping;
  order.number = shop_.options.transactions + next_line_;
  WriteTransaction(*lines_.own, order, line, shop_.options.transactions + next_line_, form);
  ++tally_.dirty_lines.written;
}

void SliceWriter::WriteClicks(const Slice& slice) {
  for (size_t i = 0; i < visits_.size(); ++i) {
    const Event& event = visits_.EventAt(i);
    WriteClick(*clicks_.own, shop_.orders, slice,
               {visits_.sessions()[event.session], event, visits_.TimeAt(i), slice.first_event + i});
  }
}

void SliceWriter::WriteDirtyClicks(const Slice& slice, const DayRhythm& rhythm) {
  bots_.Make(shop_.orders, dirt_, slice, rhythm);
  DirtCount& count = tally_.dirty_events;
  count.bot_sessions += bots_.sessions().size();
  auto bot = bots_.events().begin();
  auto write_bots = [&](Micros until) {
    for (; bot != bots_.events().end() && bot->time < until; ++bot) {
      Event event;
      event.type = kView;
      event.page = kProductPage;
      event.product = bot->product;
      WriteClick(*clicks_.own, shop_.orders, slice,
                 {bots_.sessions()[bot->session], event, bot->time, bot->number});
      Count(count, bots_.KindOf(*bot));
      ++count.written;
    }
  };
  for (size_t i = 0; i < visits_.size(); ++i) {
    const Event& event = visits_.EventAt(i);
    write_bots(visits_.TimeAt(i));
    WriteDirtyClick(slice,
                    {visits_.sessions()[event.session], event, visits_.TimeAt(i), slice.first_event + i});
  }
  write_bots(shop_.days[slice.day].end + kMicrosPerDay);
}

void SliceWriter::WriteDirtyClick(const Slice& slice, const Click& click) {
  DirtKind kind = dirt_.OfEvent(click.number, clicks_.text());
  bool late = (kind == kLate || kind == kLaterDuplicate) && later_day_ >= 0;
  if (kind == kLate && !late) kind = kDirtKinds;
  if (kind == kLaterDuplicate && !late) kind = kDuplicate;
  uint64_t draw = kind == kDirtKinds ? 0 : dirt_.Draw(click.number, 4);
  RowForm form, broken;
  if (kind == kOtherTimeForm) form.time = draw % 2 == 0 ? TimeForm::kOffset : TimeForm::kBlank;
  WriteClick(kind == kLate ? Late(clicks_) : *clicks_.own, shop_.orders, slice, click, form);
  ++tally_.dirty_events.written;
  if (kind == kDirtKinds) return;
  Count(tally_.dirty_events, kind);
  RowWriter* out = clicks_.own;
  Click copy = {click.session, click.event, click.time, click.number + kBrokenEvents};
  switch (kind) {
    case kLaterDuplicate: out = &Late(clicks_); [[fallthrough]];
    case kDuplicate: copy.number = click.number; break;
    case kMalformed: broken.damage = draw | 1 << 20; break;
    case kMissingTime: broken.no_time = true; break;
    case kMissingField: broken.missing = true; break;
    case kUnreadableTime: broken.time = TimeForm::kUnreadable; break;
    case kImplausibleTime: copy.time = draw % 2 == 0 ? kIn1970 : kIn2199; break;
    default: return;
  }
  WriteClick(*out, shop_.orders, slice, copy, broken);
  ++tally_.dirty_events.written;
}

}  // namespace souk::generate
