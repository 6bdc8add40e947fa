#include "record/typed_record.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace souk::record {
namespace {

using std::string_literals::operator""s;

struct Kept {
  bool present;
  int64_t number;
  std::string text;
  bool operator==(const Kept&) const = default;
};

std::vector<Kept> All(const OwnedRecord& record) {
  std::vector<Kept> all;
  for (size_t i = 0; i < record.size(); ++i) {
    TypedValue value = record.value(i);
    all.push_back({value.present, value.number, std::string(value.text)});
  }
  return all;
}

const std::vector<Kept> kExpected = {
    {true, 0, "T1"}, {false, 0, ""}, {true, -1250, ""}, {true, 0, ""}, {true, 0, "a\0b ü"s}};

OwnedRecord Make() {
  std::string buffer = "T1" + "a\0b ü"s;  // gone when the record is used
  std::string_view view = buffer;
  TypedRecord record{&Schemas().front(), {}};
  record.values = {
      {true, 0, view.substr(0, 2)}, {}, {true, -1250, {}}, {true, 0, {}}, {true, 0, view.substr(2)}};
  return OwnedRecord(record);
}

TEST(OwnedRecord, KeepsValuesAndTexts) {
  OwnedRecord record = Make();
  EXPECT_EQ(record.schema(), &Schemas().front());
  EXPECT_EQ(All(record), kExpected);
  TypedRecord view = record.View();
  EXPECT_EQ(view.schema, record.schema());
  EXPECT_EQ(All(OwnedRecord(view)), kExpected);
}

// The texts are short enough to lie in the string itself, where a move changes their place.
TEST(OwnedRecord, CanBeCopiedAndMoved) {
  auto first = std::make_unique<OwnedRecord>(Make());
  OwnedRecord copy = *first;
  OwnedRecord moved = std::move(*first);
  first.reset();
  EXPECT_EQ(All(copy), kExpected);
  EXPECT_EQ(All(moved), kExpected);
  copy = std::move(moved);
  EXPECT_EQ(All(copy), kExpected);
}

TEST(OwnedRecord, OfNothingIsEmpty) {
  OwnedRecord record;
  EXPECT_EQ(record.schema(), nullptr);
  EXPECT_EQ(record.size(), 0u);
  EXPECT_TRUE(record.View().values.empty());
}

}  // namespace
}  // namespace souk::record
