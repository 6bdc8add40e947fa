#include "stream/visit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "stream/window/session.h"

namespace souk::stream {
namespace {

constexpr Micros kSecond = kMicrosPerSecond, kMinute = 60 * kSecond;

class VisitTest : public testing::Test {
 protected:
  VisitEvent Event(Micros time, VisitEvent::Type type, std::string_view id = "e") {
    VisitEvent event;
    event.time = time;
    event.type = type;
    event.id = id;
    event.origin.device = symbols_.Of("mobile");
    return event;
  }
  std::vector<int64_t> Describe(const Visit& visit, Micros watermark) {
    std::vector<int64_t> values;
    DescribeVisit(visit, 7, watermark, {}, CartSymbols(symbols_), values);
    return values;
  }
  // The visits of events that come in this order.
  std::vector<Visit> Join(const std::vector<VisitEvent>& events) {
    std::vector<Visit> visits;
    for (const VisitEvent& event : events) {
      Visit& visit = JoinSession(visits, event.time, VisitOptions().gap,
                                 [](Visit& into, const Visit& from) { into.Merge(from); });
      visit.Add(event);
    }
    return visits;
  }
  std::string Encode(const std::vector<Visit>& visits) { return EncodeVisits(visits, symbols_); }

  Symbols symbols_;
};

TEST_F(VisitTest, TheOrderInWhichEventsComeDoesNotMatter) {
  std::vector<VisitEvent> events;
  std::vector<std::string> ids(40);
  std::mt19937 random(1);
  for (size_t i = 0; i < ids.size(); ++i) {
    ids[i] = "e" + std::to_string(i);
    VisitEvent event = Event(static_cast<Micros>(random() % 100) * 3 * kMinute,
                             static_cast<VisitEvent::Type>(random() % 4), ids[i]);
    event.user = i % 3 == 0 ? "U2" : i % 3 == 1 ? "U1" : "";
    event.origin.city = symbols_.Of("city" + std::to_string(i));
    event.cents = static_cast<int64_t>(i);
    event.items = 1;
    events.push_back(event);
  }
  std::string expected = Encode(Join(events));
  for (int round = 0; round < 200; ++round) {
    std::shuffle(events.begin(), events.end(), random);
    ASSERT_EQ(Encode(Join(events)), expected) << "order " << round;
  }
}

TEST_F(VisitTest, AGapOfExactlyThirtyMinutesEndsAVisit) {
  EXPECT_EQ(Join({Event(0, VisitEvent::Type::kView), Event(30 * kMinute, VisitEvent::Type::kView)}).size(),
            2U);
  EXPECT_EQ(
      Join({Event(0, VisitEvent::Type::kView), Event(30 * kMinute - 1, VisitEvent::Type::kView)}).size(), 1U);
  EXPECT_EQ(Join({Event(0, VisitEvent::Type::kView), Event(40 * kMinute, VisitEvent::Type::kView),
                  Event(20 * kMinute, VisitEvent::Type::kView)})
                .size(),
            1U);
}

TEST_F(VisitTest, ACartIsBoughtWithinTheHourToTheMicrosecond) {
  using Type = VisitEvent::Type;
  auto cart = [&](Micros bought) {
    Visit visit = Join({Event(0, Type::kAddToCart), Event(29 * kMinute, Type::kView),
                        Event(58 * kMinute, Type::kView), Event(bought, Type::kPurchase)})[0];
    return symbols_.Text(Describe(visit, 100 * kMinute)[kVisitCart]);
  };
  EXPECT_EQ(cart(60 * kMinute), "bought");
  EXPECT_EQ(cart(60 * kMinute + 1), "abandoned");
  Visit open = Join({Event(0, Type::kAddToCart)})[0];
  EXPECT_EQ(symbols_.Text(Describe(open, 60 * kMinute - 1)[kVisitCart]), "open");
  EXPECT_EQ(symbols_.Text(Describe(open, 60 * kMinute)[kVisitCart]), "abandoned");
}

TEST_F(VisitTest, TheFunnelHasAnOrder) {
  using Type = VisitEvent::Type;
  auto values =
      Describe(Join({Event(3, Type::kView), Event(1, Type::kAddToCart), Event(2, Type::kPurchase)})[0], 0);
  EXPECT_EQ(values[kVisitHasView], 1);
  EXPECT_EQ(values[kVisitHasCart], 1);
  EXPECT_EQ(values[kVisitCartAfterView], 0);
  EXPECT_EQ(values[kVisitPurchaseAfterCart], 0);
  values =
      Describe(Join({Event(1, Type::kView), Event(2, Type::kAddToCart), Event(2, Type::kPurchase)})[0], 0);
  EXPECT_EQ(values[kVisitPurchaseAfterCart], 1);
}

TEST_F(VisitTest, ARobotsVisitStaysSmall) {
  std::vector<VisitEvent> events;
  for (int i = 0; i < 5000; ++i) events.push_back(Event(i * kSecond, VisitEvent::Type::kAddToCart));
  auto visits = Join(events);
  ASSERT_EQ(visits.size(), 1U);
  EXPECT_EQ(visits[0].events, 5000U);
  EXPECT_EQ(visits[0].adds.size(), Visit::kMostSteps);
}

TEST_F(VisitTest, BytesAreThoseOfTheFormatsPage) {
  VisitEvent view = Event(kSecond, VisitEvent::Type::kView, "E1");
  view.origin.source = symbols_.Of("direct");
  const char expected[] =
      "\x02\x01\x80\x89\x7a\x00\x01\x02"
      "E1\x06mobile\x06"
      "direct\x00\x00\x00\x00\x01\x00\x00\x00";
  std::string bytes(expected, sizeof(expected) - 1);
  EXPECT_EQ(Encode(Join({view})), bytes);

  auto first_format = DecodeVisits("\x01\x02S1" + bytes.substr(1), symbols_);
  ASSERT_TRUE(first_format) << first_format.error().message;
  EXPECT_EQ(Encode(*first_format), bytes);
}

TEST_F(VisitTest, BytesComeBackAndTruncatedOnesAreRefused) {
  using Type = VisitEvent::Type;
  VisitEvent add = Event(-5 * kSecond, Type::kAddToCart, "first");
  add.user = "U1";
  add.cents = 995;
  add.items = 2;
  add.origin.city = symbols_.Of("Köln");
  auto visits = Join({add, Event(0, Type::kView, "second"), Event(kMinute, Type::kPurchase, "third"),
                      Event(50 * kMinute, Type::kOther, "fourth")});
  std::string bytes = Encode(visits);
  auto back = DecodeVisits(bytes, symbols_);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(Encode(*back), bytes);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeVisits(bytes.substr(0, size), symbols_)) << size;
  EXPECT_FALSE(DecodeVisits(bytes + "x", symbols_));
  EXPECT_FALSE(DecodeVisits(std::string(200, '\xff'), symbols_));
}

}  // namespace
}  // namespace souk::stream
