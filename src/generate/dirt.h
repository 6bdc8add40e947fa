// The dirt that a shop's files may hold on purpose: which record is hit by what is a function of the seed and
// of the record's number. Rates and what a platform is to make of each kind: docs/guide/simulator.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "generate/history.h"
#include "generate/order.h"

namespace souk::generate {

enum DirtKind : uint8_t {
  kDuplicate,        // the same record twice in a file
  kLaterDuplicate,   // again in a later day's folder
  kLate,             // only in a later day's folder
  kUpdate,           // lines: an earlier state first, the last one in a later day's folder
  kMalformed,        // a copy that is cut off, or rubbish
  kMissingTime,      // a copy with a new id, without time
  kMissingField,     // a copy with a new id, without event_type or both prices
  kNegativePrice,    // lines: a copy with a new id and unit_price < 0
  kTooLarge,         // lines: a copy with a new id and a unit_price that no field holds
  kTotalDiffers,     // lines: total_amount is not what the other amounts say
  kMethodWord,       // lines: another word for the payment method
  kUnknownMethod,    // lines: a word that nobody knows
  kOtherTimeForm,    // the same time with another offset, or a blank in place of T
  kUnreadableTime,   // a copy with a new id and the time 0000-00-00 00:00:00
  kImplausibleTime,  // a copy with a new id and a time of 1970 or 2199
  kBotByAgent,       // events of programs that say so
  kBotByPace,        // events of sessions that no human can have
  kDirtKinds
};
constexpr std::array<std::string_view, kDirtKinds> kDirtNames = {
    "duplicate",       "later_duplicate", "late",
    "update",          "malformed",       "missing_time",
    "missing_field",   "negative_price",  "too_large",
    "total_differs",   "method_word",     "unknown_method",
    "other_time_form", "unreadable_time", "implausible_time",
    "bot_by_agent",    "bot_by_pace"};

// Records written, and of each kind; of bots the events.
struct DirtCount {
  uint64_t written = 0;
  std::array<uint64_t, kDirtKinds> kinds{};
  uint64_t bot_sessions = 0;

  void Add(const DirtCount& other);
};

// Words for payment methods that sources use; kUnknownMethodWords of them, the last ones, mean nothing known.
struct MethodWord {
  std::string_view text;
  PaymentMethod method;
};
constexpr std::array<MethodWord, 14> kMethodWords = {{{"Credit Card", kCreditCard},
                                                      {"CC", kCreditCard},
                                                      {"Debit Card", kDebitCard},
                                                      {"debit", kDebitCard},
                                                      {"PayPal", kPaypal},
                                                      {"Bank Transfer", kBankTransfer},
                                                      {"Wire Transfer", kBankTransfer},
                                                      {"Cash on Delivery", kCashOnDelivery},
                                                      {"COD", kCashOnDelivery},
                                                      {"Gift Card", kGiftCard},
                                                      {"Digital Wallet", kWallet},
                                                      {"Bitcoin", kWallet},
                                                      {"Barter", kWallet},
                                                      {"Cheque", kWallet}}};
constexpr size_t kUnknownMethodWords = 3;

// Threads: any.
class Dirt {
 public:
  Dirt(uint64_t seed, DirtLevel level);

  bool any() const { return factor_ > 0; }
  // What happens to a line or event, kDirtKinds = nothing. `text` = the file can hold any text (not Parquet).
  DirtKind OfLine(uint64_t number, bool text) const;
  DirtKind OfEvent(uint64_t number, bool text) const;
  // Whether the order is first written in an earlier state: those that were cancelled, or paid some days
  // after.
  bool IsUpdated(const Order& order) const;
  // Numbers for what a kind leaves open.
  uint64_t Draw(uint64_t record, uint64_t purpose) const;
  // Share of the events that bots add: those that say so, and those that do not.
  double bots_by_agent() const { return factor_ * 0.03; }
  double bots_by_pace() const { return factor_ * 0.01; }

 private:
  uint64_t seed_;
  double factor_;  // 0, 1 or 5: of the usual rates
};

}  // namespace souk::generate
