#include "warehouse/raw_relation.h"

#include <gtest/gtest.h>

#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

class RawRelationTest : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Open(); }

  // Rows of the raw relation, the given columns only.
  std::vector<std::string> Rows(const std::string& record, const std::string& columns) {
    auto connection = shop_.database->Connect();
    const record::Schema& schema = **record::FindSchema(record);
    auto files = lake::RawZone(shop_.store()).Files(record);
    auto sql = RawRelationSql(*connection, *shop_.store(), schema, *files);
    EXPECT_TRUE(sql.has_value()) << sql.error().message;
    return shop_.Rows(fmt::format("SELECT {} FROM ({})", columns, *sql));
  }
  lake::RawFormat Csv(const std::vector<std::pair<std::string, std::string>>& mapping) {
    lake::RawFormat format;
    format.kind = "csv";
    for (const auto& [field, column] : mapping) {
      format.columns.push_back(column);
      format.mapping[field] = column;
    }
    format.time_zone = "UTC";
    return format;
  }
  TestShop shop_;
};

TEST_F(RawRelationTest, NothingHasTheColumns) {
  EXPECT_TRUE(Rows("transactions", "transaction_id, unit_price, transaction_timestamp, _file, _row, _content")
                  .empty());
}

TEST_F(RawRelationTest, IdsWordsAndBlanksGetTheirOneForm) {
  shop_.AddFile("transactions", "csv",
                "No,Who,Pay,Price,When\n"
                "007, 17850.0 ,Credit Card,2.5,2025-03-01 10:00:00\n"
                "A.0,,PAYPAL,-1.005,2025-03-01\n",
                Csv({{"transaction_id", "No"},
                     {"user_id", "Who"},
                     {"payment_method", "Pay"},
                     {"unit_price", "Price"},
                     {"transaction_timestamp", "When"}}));
  EXPECT_EQ(
      Rows("transactions", "transaction_id, user_id, payment_method, unit_price, transaction_timestamp"),
      (std::vector<std::string>{"007|17850|credit_card|2.5000|2025-03-01 10:00:00+00",
                                "A.0|-|paypal|-1.0050|2025-03-01 00:00:00+00"}));
}

TEST_F(RawRelationTest, NumbersAndTimesAsTheFileWritesThem) {
  auto format = Csv({{"transaction_id", "id"},
                     {"unit_price", "p"},
                     {"total_amount", "t"},
                     {"transaction_timestamp", "w"},
                     {"updated_at", "u"}});
  format.delimiter = ";";
  format.decimal_separator = ",";
  format.decimal_separators["total_amount"] = ",";
  format.time_zone = "Europe/Berlin";
  format.time_formats["transaction_timestamp"] = "%d.%m.%Y %H:%M";
  format.zoned_times = {"updated_at"};
  shop_.AddFile("transactions", "csv",
                "id;p;t;w;u\n"
                "1;1,5;1.234,50;01.07.2025 00:30;2025-07-01T12:00:00+02:00\n"
                "2;x;;31.12.2025 23:59;never\n",
                format);
  EXPECT_EQ(Rows("transactions", "unit_price, total_amount, transaction_timestamp, updated_at"),
            (std::vector<std::string>{"1.5000|1234.50|2025-06-30 22:30:00+00|2025-07-01 10:00:00+00",
                                      "-|-|2025-12-31 22:59:00+00|-"}));
}

TEST_F(RawRelationTest, CountsOfTimeAreTimes) {
  auto format = Csv({{"event_id", "id"}, {"event_time", "at"}});
  format.time_formats["event_time"] = "epoch_ms";
  shop_.AddFile("clickstream", "csv", "id,at\n1,1740823200123\n2,\n", format);
  EXPECT_EQ(Rows("clickstream", "event_time"), (std::vector<std::string>{"2025-03-01 10:00:00.123+00", "-"}));
}

TEST_F(RawRelationTest, JsonNumbersStayExact) {
  lake::RawFormat format;
  format.kind = "json";
  format.time_zone = "UTC";
  for (const char* name :
       {"transaction_id", "quantity", "unit_price", "total_amount", "transaction_timestamp"}) {
    format.mapping[name] = name;
    format.columns.emplace_back(name);
  }
  format.zoned_times = {"transaction_timestamp"};
  shop_.AddFile(
      "transactions", "json",
      R"({"transaction_id":17850.0,"quantity":2,"unit_price":0.1,"total_amount":1.005,"transaction_timestamp":"2025-03-01T10:00:00.123Z"})"
      "\n"
      R"({"transaction_id":"x","quantity":"3","unit_price":"12.3456","total_amount":null,"transaction_timestamp":"2025-03-01T10:00:00+01:00"})"
      "\n",
      format);
  EXPECT_EQ(Rows("transactions", "transaction_id, quantity, unit_price, total_amount, transaction_timestamp"),
            (std::vector<std::string>{"17850|2|0.1000|1.01|2025-03-01 10:00:00.123+00",
                                      "x|3|12.3456|-|2025-03-01 09:00:00+00"}));
}

TEST_F(RawRelationTest, ParquetTypesAreTakenAsTheyAre) {
  std::string local = shop_.path() + "/p.parquet";
  shop_.Rows(
      fmt::format("COPY (SELECT 17850.0 AS id, 2 AS q, CAST(1.5 AS DOUBLE) AS p, TIMESTAMP '2025-07-01 "
                  "00:30:00' AS w) TO '{}'",
                  local));
  lake::RawFormat format;
  format.kind = "parquet";
  format.mapping = {
      {"transaction_id", "id"}, {"quantity", "q"}, {"unit_price", "p"}, {"transaction_timestamp", "w"}};
  format.columns = {"id", "q", "p", "w"};
  format.time_zone = "Europe/Berlin";
  auto content = ReadFile(local);
  shop_.AddFile("transactions", "parquet", *content, format);
  EXPECT_EQ(Rows("transactions", "transaction_id, quantity, unit_price, transaction_timestamp"),
            std::vector<std::string>{"17850|2|1.5000|2025-06-30 22:30:00+00"});
}

TEST_F(RawRelationTest, RowsWithoutIdsAreToldApart) {
  // An order's id but none of the line: the content. No id at all: the file and the row.
  shop_.AddFile("transactions", "csv", "o,q\nA,1\nA,1\nA,2\n", Csv({{"order_id", "o"}, {"quantity", "q"}}));
  shop_.AddFile("transactions", "csv", "n,q\nLamp,1\nLamp,1\n",
                Csv({{"product_name", "n"}, {"quantity", "q"}}));
  EXPECT_EQ(Rows("transactions",
                 "count(DISTINCT _content), count(_content), count(_file), count(DISTINCT _file), max(_row)"),
            std::vector<std::string>{"2|3|2|1|2"});
}

}  // namespace
}  // namespace souk::warehouse
