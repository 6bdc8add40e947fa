#include "stream/visit.h"

#include <algorithm>
#include <tuple>

#include "stream/bytes.h"

namespace souk::stream {
namespace {

constexpr uint8_t kFormat = 2;
constexpr uint8_t kWithSessionId = 1;  // a format that had its text

template <typename T>
void InsertInOrder(std::vector<T>& list, const T& item) {
  auto place = std::upper_bound(list.begin(), list.end(), item);
  if (list.size() < Visit::kMostSteps) {
    list.insert(place, item);
  } else if (place != list.end()) {
    list.insert(place, item);
    list.pop_back();  // the first ones stay, in whatever order they came
  }
}

// The earliest of `sorted` that is not before `time`; kNull.
Micros FirstFrom(const std::vector<Micros>& sorted, Micros time) {
  auto found = std::lower_bound(sorted.begin(), sorted.end(), time);
  return found == sorted.end() ? kNull : *found;
}

void PutSymbol(ByteWriter& out, int64_t symbol, const Symbols& symbols) {
  out.Text(symbol == kNull ? std::string_view() : std::string_view(symbols.Text(symbol)));
}
int64_t TakeSymbol(ByteReader& in, Symbols& symbols) {
  std::string_view text = in.Text();
  return text.empty() ? kNull : symbols.Of(text);
}

void EncodeVisit(ByteWriter& out, const Visit& visit, const Symbols& symbols) {
  out.Signed(visit.first);
  out.Signed(visit.last - visit.first);
  out.Unsigned(visit.events);
  out.Text(visit.opening_id);
  for (int64_t symbol : {visit.origin.device, visit.origin.source, visit.origin.campaign, visit.origin.city,
                         visit.origin.country})
    PutSymbol(out, symbol, symbols);
  out.Text(visit.user);
  out.Unsigned(visit.first_view != kNull);
  if (visit.first_view != kNull) out.Signed(visit.first_view - visit.first);
  out.Unsigned(visit.adds.size());
  for (const CartAdd& add : visit.adds) {
    out.Signed(add.time - visit.first);
    out.Signed(add.cents);
    out.Signed(add.items);
  }
  out.Unsigned(visit.purchases.size());
  for (Micros purchase : visit.purchases) out.Signed(purchase - visit.first);
}

Visit DecodeVisit(ByteReader& in, Symbols& symbols) {
  Visit visit;
  visit.first = in.Signed();
  visit.last = visit.first + in.Signed();
  visit.events = static_cast<uint32_t>(in.Unsigned());
  visit.opened_at = visit.first;
  visit.opening_id = in.Text();
  for (int64_t* symbol : {&visit.origin.device, &visit.origin.source, &visit.origin.campaign,
                          &visit.origin.city, &visit.origin.country})
    *symbol = TakeSymbol(in, symbols);
  visit.user = in.Text();
  if (in.Unsigned() != 0) visit.first_view = visit.first + in.Signed();
  for (uint64_t left = in.Count(Visit::kMostSteps); left > 0; --left) {
    CartAdd add;
    add.time = visit.first + in.Signed();
    add.cents = in.Signed();
    add.items = in.Signed();
    visit.adds.push_back(add);
  }
  for (uint64_t left = in.Count(Visit::kMostSteps); left > 0; --left)
    visit.purchases.push_back(visit.first + in.Signed());
  return visit;
}

}  // namespace

void Visit::SeeUser(std::string_view other) {
  if (!other.empty() && (user.empty() || other < user)) user = other;
}

void Visit::Add(const VisitEvent& event) {
  if (events == 0 || std::pair(event.time, event.id) < std::pair(opened_at, std::string_view(opening_id))) {
    opened_at = event.time;
    opening_id = event.id;
    origin = event.origin;
  }
  ++events;
  SeeUser(event.user);
  switch (event.type) {
    case VisitEvent::Type::kView:
      first_view = first_view == kNull ? event.time : std::min(first_view, event.time);
      break;
    case VisitEvent::Type::kAddToCart: InsertInOrder(adds, {event.time, event.cents, event.items}); break;
    case VisitEvent::Type::kPurchase: InsertInOrder(purchases, event.time); break;
    case VisitEvent::Type::kOther: break;
  }
}

void Visit::Merge(const Visit& other) {
  if (std::tie(other.opened_at, other.opening_id) < std::tie(opened_at, opening_id)) {
    opened_at = other.opened_at;
    opening_id = other.opening_id;
    origin = other.origin;
  }
  SeeUser(other.user);
  first = std::min(first, other.first);
  last = std::max(last, other.last);
  events += other.events;
  if (other.first_view != kNull)
    first_view = first_view == kNull ? other.first_view : std::min(first_view, other.first_view);
  for (const CartAdd& add : other.adds) InsertInOrder(adds, add);
  for (Micros purchase : other.purchases) InsertInOrder(purchases, purchase);
}

const std::vector<LiveField>& VisitFields() {
  using record::FieldType;
  static const std::vector<LiveField> fields = [] {
    std::vector<LiveField> list(kVisitFieldCount);
    list[kVisitSession] = {"session_id", FieldType::kText, 0, true};
    list[kVisitVisitor] = {"visitor_id", FieldType::kText, 0, true};
    list[kVisitUser] = {"user_id", FieldType::kText, 0, true};
    list[kVisitStartedAt] = {"started_at", FieldType::kTimestamp, 0, false};
    list[kVisitEndedAt] = {"ended_at", FieldType::kTimestamp, 0, false};
    list[kVisitEvents] = {"events", FieldType::kInt, 0, false};
    list[kVisitDevice] = {"device_type", FieldType::kText, 0, false};
    list[kVisitSource] = {"traffic_source", FieldType::kText, 0, false};
    list[kVisitCampaign] = {"campaign", FieldType::kText, 0, false};
    list[kVisitCity] = {"city", FieldType::kText, 0, false};
    list[kVisitCountry] = {"country", FieldType::kText, 0, false};
    list[kVisitHasView] = {"has_view", FieldType::kBool, 0, false};
    list[kVisitHasCart] = {"has_cart", FieldType::kBool, 0, false};
    list[kVisitHasPurchase] = {"has_purchase", FieldType::kBool, 0, false};
    list[kVisitCartAfterView] = {"cart_after_view", FieldType::kBool, 0, false};
    list[kVisitPurchaseAfterCart] = {"purchase_after_cart", FieldType::kBool, 0, false};
    list[kVisitCart] = {"cart", FieldType::kText, 0, false};
    list[kVisitCartValue] = {"cart_value", FieldType::kDecimal, 2, false};
    list[kVisitCartItems] = {"cart_items", FieldType::kInt, 0, false};
    list[kVisitLastAddAt] = {"last_add_at", FieldType::kTimestamp, 0, false};
    return list;
  }();
  return fields;
}

Micros CartDeadline(const Visit& visit, const VisitOptions& options) {
  if (visit.adds.empty()) return kNull;
  Micros last_add = visit.adds.back().time;
  Micros bought = FirstFrom(visit.purchases, last_add);
  return bought != kNull && bought <= last_add + options.cart ? kNull : last_add + options.cart;
}

CartSymbols::CartSymbols(Symbols& symbols)
    : none(symbols.Of("none")),
      open(symbols.Of("open")),
      bought(symbols.Of("bought")),
      abandoned(symbols.Of("abandoned")) {}

void DescribeVisit(const Visit& visit, int64_t session, Micros watermark, const VisitOptions& options,
                   const CartSymbols& carts, std::vector<int64_t>& values) {
  values.assign(kVisitFieldCount, kNull);
  values[kVisitSession] = session;
  values[kVisitUser] = visit.user.empty() ? kNull : OpaqueValue(visit.user);
  values[kVisitVisitor] = visit.user.empty() ? session : values[kVisitUser];
  values[kVisitStartedAt] = visit.first;
  values[kVisitEndedAt] = visit.last;
  values[kVisitEvents] = visit.events;
  values[kVisitDevice] = visit.origin.device;
  values[kVisitSource] = visit.origin.source;
  values[kVisitCampaign] = visit.origin.campaign;
  values[kVisitCity] = visit.origin.city;
  values[kVisitCountry] = visit.origin.country;
  values[kVisitHasView] = visit.first_view != kNull;
  values[kVisitHasCart] = !visit.adds.empty();
  values[kVisitHasPurchase] = !visit.purchases.empty();
  Micros cart_after = kNull;
  if (visit.first_view != kNull) {
    auto add = std::lower_bound(visit.adds.begin(), visit.adds.end(), visit.first_view,
                                [](const CartAdd& a, Micros time) { return a.time < time; });
    if (add != visit.adds.end()) cart_after = add->time;
  }
  values[kVisitCartAfterView] = cart_after != kNull;
  values[kVisitPurchaseAfterCart] = cart_after != kNull && FirstFrom(visit.purchases, cart_after) != kNull;
  values[kVisitCart] = carts.none;
  if (!visit.adds.empty()) {
    Micros deadline = CartDeadline(visit, options);
    values[kVisitCart] = deadline == kNull      ? carts.bought
                         : watermark < deadline ? carts.open
                                                : carts.abandoned;
    // What was bought before the last add is no longer in the cart.
    Micros last_add = visit.adds.back().time, since = kNull;
    for (Micros purchase : visit.purchases) {
      if (purchase < last_add) since = purchase;
    }
    int64_t cents = 0, items = 0;
    for (const CartAdd& add : visit.adds) {
      if (add.time <= since) continue;
      cents += add.cents;
      items += add.items;
    }
    values[kVisitCartValue] = cents;
    values[kVisitCartItems] = items;
    values[kVisitLastAddAt] = last_add;
  }
}

std::string EncodeVisits(const std::vector<Visit>& visits, const Symbols& symbols) {
  ByteWriter out;
  out.Unsigned(kFormat);
  out.Unsigned(visits.size());
  for (const Visit& visit : visits) EncodeVisit(out, visit, symbols);
  return out.Take();
}

Result<std::vector<Visit>> DecodeVisits(std::string_view bytes, Symbols& symbols) {
  ByteReader in(bytes);
  uint64_t format = in.Unsigned();
  if (format == kWithSessionId) in.Text();
  std::vector<Visit> visits;
  for (uint64_t left = in.Count(bytes.size()); left > 0 && in.ok(); --left)
    visits.push_back(DecodeVisit(in, symbols));
  if (!in.ok() || !in.AtEnd() || (format != kFormat && format != kWithSessionId))
    return Fail(Code::kCorrupt, "the state of a visit cannot be read ({} bytes, format {})", bytes.size(),
                format);
  return visits;
}

}  // namespace souk::stream
