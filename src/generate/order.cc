#include "generate/order.h"

#include <algorithm>

namespace souk::generate {
namespace {

constexpr double kGuestShare = 0.12;
constexpr Micros kMinute = 60 * kMicrosPerSecond;

// An index drawn with cumulative shares; the last one takes the rest.
template <size_t N>
uint8_t Pick(const std::array<double, N>& until, double x) {
  uint8_t i = 0;
  while (i < N && x >= until[i]) ++i;
  return i;
}

// Half away from zero; `divisor` > 0.
int64_t Divide(int64_t value, int64_t divisor) {
  return value < 0 ? -((-value + divisor / 2) / divisor) : (value + divisor / 2) / divisor;
}

PaymentMethod ChooseMethod(const Traits& who, Device device, Random& random) {
  double x = random.Unit();
  std::string_view country = Countries()[who.country].name;
  if (country == "Germany" || country == "Austria") {
    constexpr std::array<double, 6> until = {0.20, 0.32, 0.64, 0.82, 0.85, 0.88};
    return static_cast<PaymentMethod>(Pick(until, x));
  }
  if (who.region == 3 || who.region == 4) {  // Asia, Africa
    constexpr std::array<double, 6> until = {0.30, 0.46, 0.54, 0.60, 0.76, 0.79};
    return static_cast<PaymentMethod>(Pick(until, x));
  }
  constexpr std::array<double, 6> until = {0.44, 0.64, 0.84, 0.88, 0.90, 0.93};
  auto method = static_cast<PaymentMethod>(Pick(until, x));
  return method == kWallet && device == kDesktop ? kCreditCard : method;
}

uint8_t ChooseReason(PaymentMethod method, Random& random) {
  double x = random.Unit();
  if (method == kCreditCard || method == kDebitCard) {
    constexpr std::array<double, 5> until = {0.34, 0.66, 0.74, 0.84, 0.95};
    return Pick(until, x);
  }
  // Without a card nothing is declined or expired.
  if (x < 0.45) return 0;
  return x < 0.55 ? 2 : x < 0.85 ? 3 : 5;
}

int ChooseQuantity(uint32_t price, Random& random) {
  double x = random.Unit();
  if (price > 20'000) return x < 0.96 ? 1 : 2;
  if (price > 3'000) return x < 0.84 ? 1 : x < 0.97 ? 2 : 3;
  return x < 0.66 ? 1 : x < 0.87 ? 2 : x < 0.95 ? 3 : x < 0.985 ? 4 : 5;
}

// Of the whole order, by how much it comes to after discount.
int64_t ShippingOf(const Traits& who, int64_t net, Random& random) {
  bool near = who.region == 0;
  int64_t standard = net >= (near ? 7'500 : 15'000) ? 0 : near ? 490 : 1'490;
  return standard + (random.Chance(0.08) ? 600 : 0);
}

}  // namespace

OrderMaker::OrderMaker(uint64_t seed, const std::vector<CalendarDay>& days, const Assortment& assortment,
                       const Customers& customers)
    : seed_(seed), days_(&days), assortment_(&assortment), customers_(&customers) {}

uint64_t OrderMaker::OrderKey(const Slice& slice, uint32_t index, uint64_t purpose) const {
  return Key(seed_, Stream::kOrder, uint64_t{slice.day} << 32 | slice.part, uint64_t{index} << 2 | purpose);
}

int OrderMaker::LinesOf(const Slice& slice, uint32_t index) const {
  constexpr std::array<double, 3> until = {0.58, 0.83, 0.94};
  return 1 + Pick(until, UnitOf(Mix(OrderKey(slice, index, 0))));
}

Order OrderMaker::Make(const Slice& slice, uint32_t index) const {
  const CalendarDay& day = (*days_)[slice.day];
  Random random(OrderKey(slice, index, 1));
  Order order;
  order.number = slice.first_order + index;
  order.count = static_cast<uint8_t>(index + 1 == slice.orders ? slice.last_lines : LinesOf(slice, index));
  ChooseBuyer(order, slice.day, random);
  ChoosePayment(order, day, random);
  FillLines(order, slice.day, random);
  return order;
}

void OrderMaker::ChooseBuyer(Order& order, uint32_t day, Random& random) const {
  if (!random.Chance(kGuestShare))
    order.user = customers_->Pick(random, customers_->SignedUpBefore((*days_)[day].begin), day);
  order.who =
      order.user == kGuest ? customers_->TraitsOfGuest(random.Next()) : customers_->TraitsAt(order.user, day);
  double device = random.Unit();
  Device other = device < 0.86 ? kMobile : device < 0.97 ? kDesktop : kTablet;
  order.device = device < 0.75 ? order.who.device : static_cast<uint8_t>(other);
  constexpr std::array<double, 5> phone = {0.30, 0.54, 0.70, 0.78, 0.94};
  constexpr std::array<double, 5> desk = {0.42, 0.70, 0.88, 0.93, 0.95};
  order.source = Pick(order.device == kDesktop ? desk : phone, random.Unit());
}

void OrderMaker::ChoosePayment(Order& order, const CalendarDay& day, Random& random) const {
  constexpr std::array<double, 7> failing = {0.042, 0.055, 0.022, 0.015, 0.0, 0.018, 0.025};
  PaymentMethod method = ChooseMethod(order.who, static_cast<Device>(order.device), random);
  order.payment_method = method;
  if (method == kCreditCard || method == kDebitCard)
    order.card = static_cast<uint8_t>(random.Below(kCards.size()));
  bool later = method == kBankTransfer || method == kCashOnDelivery;
  Micros age = days_->back().end - day.begin;
  if (random.Chance(failing[method])) {
    order.payment_status = kFailed;
    order.status = kPending;  // it waits for another attempt that never comes
    order.failure_reason = ChooseReason(method, random);
  } else if (random.Chance(0.03)) {
    order.payment_status = later ? kPaymentPending : kRefunded;
    order.status = kCancelled;
  } else if (random.Chance(later && age <= 4 * kMicrosPerDay ? 0.7 : 0.004)) {
    order.payment_status = kPaymentPending;
    order.status = kPending;
  } else {
    order.payment_status = kPaid;
    order.status = kCompleted;
  }
}

uint32_t OrderMaker::ChooseProduct(const Order& order, uint32_t day, Random& random) const {
  uint32_t category = PickCategory(catalog(), order.who, (*days_)[day].month_index, random);
  return assortment_->Pick(random, category, day, order.who.taste);
}

void OrderMaker::FillLines(Order& order, uint32_t day, Random& random) const {
  constexpr std::array<int, 5> percents = {5, 10, 10, 15, 20};
  bool sale = (*days_)[day].sale;
  int percent = random.Chance(sale ? 0.5 : 0.13) ? percents[random.Below(5)] + (sale ? 5 : 0) : 0;
  int64_t tax_permille = Countries()[order.who.country].tax_permille;
  int64_t net_sum = 0;
  for (int i = 0; i < order.count; ++i) {
    OrderLine& line = order.lines[i];
    auto repeated = [&] {
      return std::any_of(order.lines.begin(), order.lines.begin() + i,
                         [&](const OrderLine& other) { return other.product == line.product; });
    };
    line.product = ChooseProduct(order, day, random);
    for (int tries = 0; tries < 4 && repeated(); ++tries) line.product = ChooseProduct(order, day, random);
    line.version = assortment_->VersionAt(line.product, day);
    uint32_t price = assortment_->version(line.version).price;
    line.unit_price = price;
    line.quantity = ChooseQuantity(price, random);
    line.discount = Divide(line.amount() * percent, 100);
    int64_t net = line.amount() - line.discount;
    line.tax = Divide(net * tax_permille, 1000);
    line.total = net + line.tax;
    net_sum += net;
  }
  // Shipping stands on the order's first line.
  order.lines[0].shipping = ShippingOf(order.who, net_sum, random);
  order.lines[0].total += order.lines[0].shipping;
}

void OrderMaker::Place(Order& order, const Slice& slice, uint32_t index, const DayRhythm& rhythm) const {
  const CalendarDay& day = (*days_)[slice.day];
  Random random(OrderKey(slice, index, 2));
  // One order in each of as many equal shares of the day's business as there are orders. The first and the
  // last minute are left free, so that the visit around an order lies in the same day.
  Micros at = rhythm.At((index + random.Unit()) / slice.orders);
  order.time = std::clamp(at, day.begin + kMinute, day.end - kMinute);
  order.updated = order.time;
  if (order.status == kCancelled) order.updated += kMinute * random.Between(5, 18 * 60);
}

int OrderMaker::ReturnedLine(const Order& order) const {
  if (order.status != kCompleted || order.payment_status != kPaid) return -1;
  Random random(Key(seed_, Stream::kReturn, order.number));
  int line = static_cast<int>(random.Below(order.count));
  const Product& product = catalog().at(order.lines[line].product);
  return random.Chance(Categories()[product.category].return_rate) ? line : -1;
}

void OrderMaker::TurnIntoReturn(Order& order, int index, uint32_t day, const DayRhythm& rhythm) const {
  Random random(Key(seed_, Stream::kReturn, order.number, 1));
  OrderLine line = order.lines[index];
  int32_t sold = line.quantity;
  int32_t back = sold > 1 && random.Chance(0.4) ? 1 : sold;
  line.quantity = -back;
  line.discount = -Divide(line.discount * back, sold);
  line.tax = -Divide(line.tax * back, sold);
  line.shipping = 0;  // is not given back
  line.total = line.amount() - line.discount + line.tax;
  line.version = assortment_->VersionAt(line.product, day);
  order.lines[0] = line;
  order.count = 1;
  if (order.user != kGuest) order.who.segment = customers_->SegmentAt(order.user, day);
  order.status = kReturned;
  order.payment_status = kRefunded;
  order.time = order.updated = rhythm.At(random.Unit());
}

}  // namespace souk::generate
