// A visit: the events of one session_id without a pause of 30 minutes, as far as live figures ask for it.
// Everything in it is independent of the order in which the events came.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "stream/fields.h"
#include "stream/symbols.h"

namespace souk::stream {

struct VisitOptions {
  Micros gap = 30LL * 60 * kMicrosPerSecond;   // a visit ends after it
  Micros cart = 60LL * 60 * kMicrosPerSecond;  // a cart is abandoned after it
};

// Where a visitor comes from, as symbols; kNull where it is not known.
struct VisitOrigin {
  int64_t device = kNull, source = kNull, campaign = kNull, city = kNull, country = kNull;
};

// What a clickstream event adds to its visit.
struct VisitEvent {
  Micros time = 0;
  std::string_view id;  // between events of one time: the smaller one was first
  enum class Type : uint8_t { kView, kAddToCart, kPurchase, kOther } type = Type::kOther;
  std::string_view user;  // "" = none
  VisitOrigin origin;
  int64_t cents = 0, items = 0;  // of an add: price × quantity, and quantity
};

struct CartAdd {
  Micros time = 0;
  int64_t cents = 0, items = 0;
  auto operator<=>(const CartAdd&) const = default;
};

struct Visit {
  Micros first = 0, last = 0;
  uint32_t events = 0;
  Micros opened_at = 0;    // `first`, as soon as its event is added
  std::string opening_id;  // of that event, which says the origin
  VisitOrigin origin;
  std::string user;  // the least that its events name, as in fact_sessions; "" = none
  Micros first_view = kNull;
  std::vector<CartAdd> adds;      // in order, kMostSteps at most: later ones of a robot's visit are left out
  std::vector<Micros> purchases;  // in order, kMostSteps at most

  static constexpr size_t kMostSteps = 500;

  // `first` and `last` are looked after by JoinSession.
  void Add(const VisitEvent& event);
  void Merge(const Visit& other);

 private:
  void SeeUser(std::string_view other);
};

// In the order of FieldsOf(Subject::kVisits).
enum VisitField : size_t {
  kVisitSession,
  kVisitVisitor,
  kVisitUser,
  kVisitStartedAt,
  kVisitEndedAt,
  kVisitEvents,
  kVisitDevice,
  kVisitSource,
  kVisitCampaign,
  kVisitCity,
  kVisitCountry,
  kVisitHasView,
  kVisitHasCart,
  kVisitHasPurchase,
  kVisitCartAfterView,
  kVisitPurchaseAfterCart,
  kVisitCart,
  kVisitCartValue,
  kVisitCartItems,
  kVisitLastAddAt,
  kVisitFieldCount
};
const std::vector<LiveField>& VisitFields();

// The words of the field cart.
struct CartSymbols {
  explicit CartSymbols(Symbols& symbols);
  int64_t none, open, bought, abandoned;
};

// How a visit looks at the watermark: all fields, by VisitField. `session` is the OpaqueValue of its
// session_id. cart: none, open, bought (a purchase within options.cart after the last add), abandoned (none,
// and the watermark is past that).
void DescribeVisit(const Visit& visit, int64_t session, Micros watermark, const VisitOptions& options,
                   const CartSymbols& carts, std::vector<int64_t>& values);
// When the watermark's progress changes the visit's cart; kNull = never.
Micros CartDeadline(const Visit& visit, const VisitOptions& options);

// Bytes that hold the visits of one session_id, and back. kCorrupt.
std::string EncodeVisits(const std::vector<Visit>& visits, const Symbols& symbols);
Result<std::vector<Visit>> DecodeVisits(std::string_view bytes, Symbols& symbols);

}  // namespace souk::stream
