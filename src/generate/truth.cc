#include "generate/truth.h"

#include <fmt/format.h>

#include <iterator>

#include "generate/hidden_truth.h"
#include "generate/rows.h"
#include "generate/text_format.h"

namespace souk::generate {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string Money(int64_t cents) {
  char text[32];
  return std::string(text, PutMoney(text, cents));
}

// Half away from zero; `divisor` is not 0.
int64_t Divide(int64_t value, uint64_t divisor) {
  auto by = static_cast<int64_t>(divisor);
  return value < 0 ? -((-value * 2 + by) / (by * 2)) : (value * 2 + by) / (by * 2);
}

// Cents per piece as a string, null when there is none.
std::string Average(int64_t cents, uint64_t count) {
  return count == 0 ? "null" : fmt::format("\"{}\"", Money(Divide(cents, count)));
}

// A share with six digits behind the point, null when there is nothing to share.
std::string Rate(uint64_t part, uint64_t whole) {
  if (whole == 0) return "null";
  int64_t millionths = Divide(static_cast<int64_t>(part * 1'000'000), whole);
  return fmt::format("\"{}.{:06}\"", millionths / 1'000'000, millionths % 1'000'000);
}

std::string DayText(const Day& day) { return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day); }

void PutSales(Out out, const Figures& f) {
  fmt::format_to(
      out,
      R"("revenue":"{}","gross_sales":"{}","discounts":"{}","returns":"{}","net_sales":"{}","profit":"{}",)",
      Money(f.revenue), Money(f.gross_sales), Money(f.discounts), Money(f.returns), Money(f.net_sales()),
      Money(f.profit()));
  fmt::format_to(out, R"("transactions":{},"orders":{},"units":{},)", f.transactions, f.orders, f.units);
  fmt::format_to(out, R"("average_order_value":{},"average_transaction_value":{},)",
                 Average(f.revenue, f.orders), Average(f.revenue, f.transactions));
  fmt::format_to(out, R"("failed_payments":{},"failed_payments_by_reason":{{)", f.failed_payments);
  for (int i = 0; i < kFailureReasons; ++i) {
    fmt::format_to(out, R"({}"{}":{})", i == 0 ? "" : ",", kFailureReasonNames[i], f.failures[i]);
  }
  fmt::format_to(out, R"(}},"paid_payments":{},"failed_payment_rate":{},"cancelled_orders":{})",
                 f.paid_payments, Rate(f.failed_payments, f.failed_payments + f.paid_payments),
                 f.cancelled_orders);
}

void PutVisits(Out out, const Figures& f) {
  fmt::format_to(out, R"(,"sessions":{},"sessions_with_purchase":{},"visitors":{},"conversion_rate":{})",
                 f.sessions, f.sessions_with_purchase, f.visitors,
                 Rate(f.sessions_with_purchase, f.sessions));
}

void PutOptions(Out out, const HistoryOptions& o) {
  fmt::format_to(out, R"("seed":{},"users":{},"products":{},"transactions":{},"events":{},)", o.seed, o.users,
                 o.products, o.transactions, o.events);
  fmt::format_to(out, R"("first_day":"{}","last_day":"{}","time_zone":"{}","currency":"{}",)",
                 DayText(o.first_day), DayText(o.last_day), o.time_zone, o.currency);
  fmt::format_to(out,
                 R"("entities_format":"{}","transactions_format":"{}","clickstream_format":"{}","dirt":"{}")",
                 FormatName(o.entities_format), FormatName(o.transactions_format),
                 FormatName(o.clickstream_format), DirtName(o.dirt));
}

std::string Quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

// One object per group, `name_of` in JSON; groups without any line are left out.
template <typename Groups, typename NameOf>
void PutGroups(Out out, std::string_view key, const Groups& groups, const NameOf& name_of) {
  bool first = true;
  for (size_t i = 0; i < groups.size(); ++i) {
    const Figures& f = groups[i];
    if (f.paid_payments + f.failed_payments + f.cancelled_orders + f.transactions == 0 && f.revenue == 0)
      continue;
    fmt::format_to(out, "{}\n{{\"{}\":{},", first ? "" : ",", key, name_of(i));
    PutSales(out, f);
    fmt::format_to(out, "}}");
    first = false;
  }
}

void PutTopProducts(Out out, const Catalog& catalog, const Ledger& ledger) {
  constexpr size_t kCount = 10;
  bool first = true;
  for (uint32_t number : ledger.TopProducts(kCount)) {
    const ProductFigures& f = ledger.product(number);
    if (f.revenue.load() == 0) continue;
    fmt::format_to(
        out, R"({}{{"product_id":"{}","name":"{}","category":"{}","revenue":"{}","units":{},"orders":{}}})",
        first ? "\n" : ",\n", std::string_view(ProductId(number)), catalog.NameOf(number),
        Categories()[catalog.at(number).category].name, Money(f.revenue.load()), f.units.load(),
        f.orders.load());
    first = false;
  }
}

void PutDirtCount(Out out, std::string_view record, const DirtCount& count) {
  fmt::format_to(out, "\"{}\":{{\"records_written\":{}", record, count.written);
  for (int kind = 0; kind < kDirtKinds; ++kind)
    fmt::format_to(out, ",\"{}\":{}", kDirtNames[kind], count.kinds[kind]);
  fmt::format_to(out, ",\"bot_sessions\":{}}}", count.bot_sessions);
}

}  // namespace

std::string OptionsJson(const HistoryOptions& options) {
  std::string json = "{";
  PutOptions(std::back_inserter(json), options);
  return json + "}\n";
}

std::string TruthJson(const Shop& shop, const std::vector<int32_t>& stock) {
  const Ledger& ledger = shop.ledger;
  const std::vector<CalendarDay>& days = shop.days;
  std::string json;
  Out out = std::back_inserter(json);
  fmt::format_to(out, "{{\"format\":1,\n\"options\":{{");
  PutOptions(out, shop.options);
  fmt::format_to(out, "}},\n\"totals\":{{");
  Figures total = ledger.Total();
  PutSales(out, total);
  PutVisits(out, total);
  fmt::format_to(out, "}},\n\"days\":[");
  for (size_t i = 0; i < days.size(); ++i) {
    fmt::format_to(out, "{}\n{{\"day\":\"{}\",", i == 0 ? "" : ",", DayText(days[i].date));
    PutSales(out, ledger.days()[i]);
    PutVisits(out, ledger.days()[i]);
    fmt::format_to(out, "}}");
  }
  fmt::format_to(out, "],\n\"categories\":[");
  PutGroups(out, "category", ledger.groups().categories,
            [](size_t i) { return Quoted(Categories()[i].name); });
  fmt::format_to(out, "],\n\"regions\":[");
  PutGroups(out, "region", ledger.groups().regions, [](size_t i) { return Quoted(kRegionNames[i]); });
  fmt::format_to(out, "],\n\"segments\":[");
  PutGroups(out, "segment", ledger.groups().segments,
            [](size_t i) { return i == kNoSegment ? "null" : Quoted(kSegments[i]); });
  fmt::format_to(out, "],\n\"top_products\":[");
  PutTopProducts(out, shop.catalog, ledger);
  fmt::format_to(out, "],\n");
  if (shop.options.dirt != DirtLevel::kNone) {
    fmt::format_to(out, "\"dirt\":{{");
    PutDirtCount(out, "transactions", ledger.groups().dirty_lines);
    fmt::format_to(out, ",\n");
    PutDirtCount(out, "clickstream", ledger.groups().dirty_events);
    fmt::format_to(out, "}},\n");
  }
  PutVersions(json, shop, stock);
  json += ",\n";
  PutTastes(json, shop);
  json += "}\n";
  return json;
}

}  // namespace souk::generate
