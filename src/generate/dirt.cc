#include "generate/dirt.h"

#include <span>

#include "generate/random.h"

namespace souk::generate {
namespace {

struct Rate {
  DirtKind kind;
  double per_record;  // at the usual level
  bool only_text;
};

constexpr Rate kLineRates[] = {
    {kDuplicate, 0.002, false},      {kLaterDuplicate, 0.001, false},  {kLate, 0.005, false},
    {kMalformed, 0.001, true},       {kMissingTime, 0.0003, false},    {kMissingField, 0.0003, false},
    {kNegativePrice, 0.0005, false}, {kTooLarge, 0.0003, true},        {kTotalDiffers, 0.002, false},
    {kMethodWord, 0.02, false},      {kUnknownMethod, 0.001, false},   {kOtherTimeForm, 0.01, true},
    {kUnreadableTime, 0.0005, true}, {kImplausibleTime, 0.0003, false}};
constexpr Rate kEventRates[] = {
    {kDuplicate, 0.002, false},   {kLaterDuplicate, 0.001, false}, {kLate, 0.005, false},
    {kMalformed, 0.001, true},    {kMissingTime, 0.0005, false},   {kMissingField, 0.0005, false},
    {kOtherTimeForm, 0.01, true}, {kUnreadableTime, 0.0005, true}, {kImplausibleTime, 0.0005, false}};
constexpr double kUpdated = 0.15;  // of the orders that can be

// What nobody drew is nothing; kinds that need text are nothing in other files.
DirtKind KindAt(std::span<const Rate> rates, double x, bool text) {
  for (const Rate& rate : rates) {
    if (x < rate.per_record) return rate.only_text && !text ? kDirtKinds : rate.kind;
    x -= rate.per_record;
  }
  return kDirtKinds;
}

double FactorOf(DirtLevel level) {
  switch (level) {
    case DirtLevel::kNone: return 0;
    case DirtLevel::kUsual: return 1;
    case DirtLevel::kHeavy: break;
  }
  return 5;
}

enum Purpose : uint64_t { kLinePurpose = 1, kEventPurpose, kOrderPurpose, kFirstOpenPurpose };

}  // namespace

void DirtCount::Add(const DirtCount& other) {
  written += other.written;
  bot_sessions += other.bot_sessions;
  for (int kind = 0; kind < kDirtKinds; ++kind) kinds[kind] += other.kinds[kind];
}

Dirt::Dirt(uint64_t seed, DirtLevel level) : seed_(seed), factor_(FactorOf(level)) {}

DirtKind Dirt::OfLine(uint64_t number, bool text) const {
  return KindAt(kLineRates, UnitOf(Key(seed_, Stream::kDirt, number, kLinePurpose)) / factor_, text);
}

DirtKind Dirt::OfEvent(uint64_t number, bool text) const {
  return KindAt(kEventRates, UnitOf(Key(seed_, Stream::kDirt, number, kEventPurpose)) / factor_, text);
}

bool Dirt::IsUpdated(const Order& order) const {
  bool paid_later = order.status == kCompleted && order.payment_status == kPaid &&
                    (order.payment_method == kBankTransfer || order.payment_method == kCashOnDelivery);
  if (!paid_later && order.status != kCancelled) return false;
  return UnitOf(Key(seed_, Stream::kDirt, order.number, kOrderPurpose)) < kUpdated * factor_;
}

uint64_t Dirt::Draw(uint64_t record, uint64_t purpose) const {
  return Key(seed_, Stream::kDirt, record, kFirstOpenPurpose + purpose);
}

}  // namespace souk::generate
