// One order with its lines, what became of it, and the lines that came back: pure functions of where it
// stands.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "generate/assortment.h"
#include "generate/calendar.h"
#include "generate/customers.h"

namespace souk::generate {

constexpr int kMaxLines = 4;

constexpr std::array<std::string_view, 7> kPaymentMethods = {
    "credit_card", "debit_card", "paypal", "bank_transfer", "cash_on_delivery", "gift_card", "wallet"};
enum PaymentMethod : uint8_t {
  kCreditCard,
  kDebitCard,
  kPaypal,
  kBankTransfer,
  kCashOnDelivery,
  kGiftCard,
  kWallet
};
constexpr std::array<std::string_view, 4> kPaymentStates = {"paid", "failed", "pending", "refunded"};
enum PaymentStatus : uint8_t { kPaid, kFailed, kPaymentPending, kRefunded };
constexpr int kFailureReasons = 6;
constexpr std::array<std::string_view, kFailureReasons> kFailureReasonNames = {
    "insufficient_funds", "card_declined", "fraud_suspected", "timeout", "expired_card", "other"};
constexpr std::array<std::string_view, 4> kOrderStates = {"completed", "pending", "cancelled", "returned"};
enum OrderStatus : uint8_t { kCompleted, kPending, kCancelled, kReturned };
// Numbers that every payment provider knows as tests; none belongs to anybody.
constexpr std::array<std::string_view, 8> kCards = {
    "4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444",
    "5105105105105100", "2223003122003222", "378282246310005",  "6011111111111117"};
constexpr uint8_t kNoCard = 255;

// Amounts in cents. total = quantity · unit_price − discount + tax + shipping.
struct OrderLine {
  uint32_t product = 0;
  int32_t quantity = 0;
  uint32_t version = 0;  // of the product on the line's day; see assortment.h
  int64_t unit_price = 0, discount = 0, tax = 0, shipping = 0, total = 0;

  int64_t amount() const { return quantity * unit_price; }
};

struct Order {
  uint64_t number = 0;  // 0 = the first of the shop
  uint32_t user = kGuest;
  Traits who;  // as of the order's day; of a return, the segment is as of its own
  uint8_t device = 0;
  uint8_t source = 0;
  uint8_t payment_method = 0;
  uint8_t payment_status = 0;
  uint8_t failure_reason = 0;  // when failed
  uint8_t status = 0;
  uint8_t card = kNoCard;
  uint8_t count = 0;
  std::array<OrderLine, kMaxLines> lines;
  Micros time = 0;     // set by PlaceOrder
  Micros updated = 0;  // set by PlaceOrder
};

// A part of one local day, as plan.h cuts it: the unit of work.
struct Slice {
  uint32_t day = 0;   // index into the calendar
  uint32_t part = 0;  // of the day
  uint32_t parts = 1;
  uint32_t lines = 0;  // of transactions, `returns` of them returns of earlier days
  uint32_t returns = 0;
  uint32_t orders = 0;
  uint32_t last_lines = 0;  // of the last order, so that the lines come out exactly
  uint32_t events = 0;
  uint64_t first_line =
      0;  // numbers that the first line, order and event of this slice have in the whole shop
  uint64_t first_order = 0;
  uint64_t first_event = 0;
};

// What orders are made from. The parts must outlive it. Threads: any.
class OrderMaker {
 public:
  OrderMaker(uint64_t seed, const std::vector<CalendarDay>& days, const Assortment& assortment,
             const Customers& customers);

  // How many lines order `index` of the slice has when nothing cuts it short: 1 … kMaxLines.
  int LinesOf(const Slice& slice, uint32_t index) const;
  // Order `index` of the slice, without its times.
  Order Make(const Slice& slice, uint32_t index) const;
  // Its times; orders of a slice follow each other by index.
  void Place(Order& order, const Slice& slice, uint32_t index, const DayRhythm& rhythm) const;

  // The line of order `index` of `slice` that comes back, or −1. Only completed, paid orders have one;
  // `order` is what Make gave.
  int ReturnedLine(const Order& order) const;
  // Turns that line into the line of the return on the day: quantity < 0, amounts likewise; the order's times
  // become the return's.
  void TurnIntoReturn(Order& order, int line, uint32_t day, const DayRhythm& rhythm) const;

  uint64_t seed() const { return seed_; }
  const Assortment& assortment() const { return *assortment_; }
  const Catalog& catalog() const { return assortment_->catalog(); }
  const Customers& customers() const { return *customers_; }
  const std::vector<CalendarDay>& days() const { return *days_; }

 private:
  uint64_t OrderKey(const Slice& slice, uint32_t index, uint64_t purpose) const;
  void ChooseBuyer(Order& order, uint32_t day, Random& random) const;
  void ChoosePayment(Order& order, const CalendarDay& day, Random& random) const;
  void FillLines(Order& order, uint32_t day, Random& random) const;
  uint32_t ChooseProduct(const Order& order, uint32_t day, Random& random) const;

  uint64_t seed_;
  const std::vector<CalendarDay>* days_;
  const Assortment* assortment_;
  const Customers* customers_;
};

}  // namespace souk::generate
