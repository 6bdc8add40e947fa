#include "record/schema.h"

#include <gtest/gtest.h>

#include "record/times.h"
#include "record/values.h"

namespace souk::record {
namespace {

std::string ErrorOf(std::string_view yaml) {
  auto schema = ParseSchema(yaml, "x.yml");
  return schema ? "" : schema.error().message;
}

TEST(Schemas, AreTheFourRecords) {
  ASSERT_EQ(Schemas().size(), 4u);
  EXPECT_EQ(Schemas()[0].name, "users");
  EXPECT_EQ(Schemas()[1].key, "product_id");
  EXPECT_EQ(Schemas()[2].Find("unit_price")->scale, 4);
  EXPECT_EQ(Schemas()[2].Find("card_number")->pii, "card");
  EXPECT_TRUE(Schemas()[2].Find("product_name")->carried);
  EXPECT_EQ(Schemas()[3].Find("event_type")->accepted.size(), 5u);
}

TEST(Schemas, AreWhole) {
  for (const Schema& schema : Schemas()) {
    EXPECT_FALSE(schema.description.empty());
    EXPECT_TRUE(schema.Find(schema.key)->required);
    for (const Field& field : schema.fields) {
      EXPECT_FALSE(field.description.empty()) << field.name;
      EXPECT_EQ(field.description.back(), '.') << field.name;
      EXPECT_FALSE(field.example.empty()) << field.name;
    }
  }
}

TEST(Schemas, ExamplesFitTheirTypes) {
  for (const Schema& schema : Schemas()) {
    for (const Field& field : schema.fields) {
      int64_t number = 0;
      TimeValue time;
      bool truth = false;
      switch (field.type) {
        case FieldType::kText: break;
        case FieldType::kInt:
          EXPECT_EQ(ReadInt(field.example, {}, number), ValueFault::kNone) << field.name;
          break;
        case FieldType::kDecimal:
          EXPECT_EQ(ReadDecimal(field.example, field.precision, field.scale, {}, number), ValueFault::kNone);
          break;
        case FieldType::kTimestamp: EXPECT_TRUE(TimeFormat().Read(field.example, time)) << field.name; break;
        case FieldType::kBool: EXPECT_TRUE(ReadBool(field.example, truth)) << field.name; break;
      }
    }
  }
}

TEST(Schemas, AreFoundByName) {
  EXPECT_EQ((*FindSchema("products"))->name, "products");
  auto missing = FindSchema("product");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_NE(missing.error().message.find("did you mean products"), std::string::npos);
}

TEST(Schemas, ErrorsNameTheLine) {
  EXPECT_NE(ErrorOf("record: x\nkey: a\ndescription: d\nfields:\n  - {name: a, type: money, description: d, "
                    "example: e}\n")
                .find("x.yml: line 5: unknown type 'money'"),
            std::string::npos);
  EXPECT_NE(ErrorOf("record: x\ncolour: red\n").find("unknown key 'colour'"), std::string::npos);
  EXPECT_NE(ErrorOf("record: x\nkey: b\ndescription: d\nfields:\n  - {name: a, type: text, description: d, "
                    "example: e}\n")
                .find("the key 'b' is no field"),
            std::string::npos);
  EXPECT_NE(ErrorOf("{").find("x.yml: "), std::string::npos);
  EXPECT_NE(ErrorOf("[1, 2]").find("a map is expected"), std::string::npos);
}

TEST(Schemas, DuckdbTypes) {
  EXPECT_EQ(DuckdbType(*Schemas()[2].Find("total_amount")), "DECIMAL(12,2)");
  EXPECT_EQ(DuckdbType(*Schemas()[2].Find("quantity")), "BIGINT");
  EXPECT_EQ(DuckdbType(*Schemas()[2].Find("updated_at")), "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(DuckdbType(*Schemas()[0].Find("marketing_consent")), "BOOLEAN");
}

}  // namespace
}  // namespace souk::record
