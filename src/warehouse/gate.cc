#include "warehouse/gate.h"

#include <algorithm>

namespace souk::warehouse {
namespace {

using sql::QuoteLiteral;
using sql::QuoteName;

struct NamedTest {
  std::string name;  // "not_null(order_id)"
  std::string sql;   // what to count
};

std::string Accepted(const std::string& column, const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values)
    list += fmt::format("{}{} = {}", list.empty() ? "" : " OR ", column, QuoteLiteral(value));
  return fmt::format("count(*) FILTER (WHERE NOT ({}))", list);
}

std::string OutOfRange(const std::string& column, const ColumnTest& test) {
  std::string condition;
  if (!test.least.empty()) condition = fmt::format("{} < {}", column, test.least);
  if (!test.most.empty())
    condition += fmt::format("{}{} > {}", condition.empty() ? "" : " OR ", column, test.most);
  return fmt::format("count(*) FILTER (WHERE {})", condition.empty() ? "false" : condition);
}

// Tests that one pass over the relation answers together.
std::vector<NamedTest> RowTests(const Model& model) {
  std::vector<NamedTest> tests;
  for (const ModelColumn& column : model.columns) {
    std::string name = QuoteName(column.name);
    for (const ColumnTest& test : column.tests) {
      if (test.kind == ColumnTest::Kind::kNotNull) {
        tests.push_back(
            {fmt::format("not_null({})", column.name), fmt::format("count(*) - count({})", name)});
      } else if (test.kind == ColumnTest::Kind::kAcceptedValues) {
        tests.push_back({fmt::format("accepted_values({})", column.name), Accepted(name, test.values)});
      } else if (test.kind == ColumnTest::Kind::kRange) {
        tests.push_back(
            {fmt::format("range({}, {} to {})", column.name, test.least.empty() ? "…" : test.least,
                         test.most.empty() ? "…" : test.most),
             OutOfRange(name, test)});
      }
    }
  }
  return tests;
}

Result<uint64_t> Count(sql::Connection& connection, const std::string& query) {
  TRY(auto table, connection.Query(query));
  return std::stoull(sql::CellText(table.At(0, 0)));
}

// Numbers are counted faster than texts, and as many numbers as rows prove that the texts differ too.
Result<uint64_t> Repeated(sql::Connection& connection, const std::string& relation,
                          const std::string& column) {
  TRY(uint64_t suspects,
      Count(connection,
            fmt::format("SELECT count({0}) - count(DISTINCT hash({0})) FROM {1} WHERE {0} IS NOT NULL",
                        column, relation)));
  if (suspects == 0) return suspects;
  return Count(
      connection,
      fmt::format("SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM {1} WHERE {0} IS NOT NULL "
                  "GROUP BY {0} HAVING count(*) > 1)",
                  column, relation));
}

Result<uint64_t> Strangers(sql::Connection& connection, const std::string& relation,
                           const std::string& column, const std::string& target,
                           const std::string& target_column) {
  return Count(
      connection,
      fmt::format(
          "SELECT count(*) FROM (SELECT DISTINCT {0} AS v FROM {1}) s WHERE v IS NOT NULL AND NOT EXISTS "
          "(SELECT 1 FROM {2} t WHERE t.{3} = s.v)",
          column, relation, target, target_column));
}

std::string Age(int64_t ms) {
  int64_t hours = ms / 3'600'000;
  return hours >= 48 ? fmt::format("{} days", hours / 24) : fmt::format("{} hours", hours);
}

// "" when it holds, or when there is nothing to test.
Result<std::string> Stale(sql::Connection& connection, const ModelTest& test, const std::string& relation,
                          Micros now) {
  TRY(auto table, connection.Query(fmt::format("SELECT CAST(epoch_us(max({})) AS BIGINT) FROM {}",
                                               QuoteName(test.column), relation)));
  const auto* newest = std::get_if<int64_t>(&table.At(0, 0));
  if (newest == nullptr || (now - *newest) / 1000 <= test.within_ms) return std::string();
  return fmt::format("the newest row is {} old, at most {} are allowed", Age((now - *newest) / 1000),
                     Age(test.within_ms));
}

Result<std::string> OddVolume(sql::Connection& connection, const Model& model, const ModelTest& test,
                              const std::string& relation, Micros now) {
  TRY(auto table,
      connection.Query(fmt::format(
          "WITH days AS (SELECT {0} AS day, count(*) AS n FROM {1} WHERE {0} < "
          "shop_day(make_timestamptz({2})) GROUP BY 1), newest AS (FROM days ORDER BY day DESC LIMIT 1), "
          "before AS (FROM days WHERE day < (SELECT day FROM newest) ORDER BY day DESC LIMIT {3}) "
          "SELECT newest.day, newest.n, CAST(median(before.n) AS BIGINT), count(*) FROM newest, before "
          "GROUP BY ALL",
          QuoteName(model.days.column), relation, now, test.days)));
  if (table.rows.empty() || std::stoull(sql::CellText(table.At(0, 3))) < 7) return std::string();
  auto rows = std::stod(sql::CellText(table.At(0, 1))), usual = std::stod(sql::CellText(table.At(0, 2)));
  if (rows >= test.least * usual && rows <= test.most * usual) return std::string();
  return fmt::format("{} has {:.0f} rows, {:.0f} are usual", sql::CellText(table.At(0, 0)), rows, usual);
}

}  // namespace

Status RunModelTests(sql::Connection& connection, const Model& model, const std::string& relation, Micros now,
                     std::vector<TestFailure>& failures, std::vector<TestFailure>& warnings) {
  for (const ModelTest& test : model.tests) {
    bool volume = test.kind == ModelTest::Kind::kVolume;
    TRY(std::string says,
        volume ? OddVolume(connection, model, test, relation, now) : Stale(connection, test, relation, now));
    if (says.empty()) continue;
    std::string name = volume ? "volume" : fmt::format("freshness({})", test.column);
    (test.warns ? warnings : failures).push_back({model.name, name, 0, says});
  }
  return {};
}

Result<std::vector<TestFailure>> RunTests(sql::Connection& connection, const Model& model,
                                          const std::string& relation,
                                          const std::map<std::string, std::string>& names) {
  std::vector<TestFailure> failures;
  auto note = [&](const std::string& test, uint64_t rows) {
    if (rows > 0) failures.push_back({model.name, test, rows, ""});
  };
  auto tests = RowTests(model);
  std::string list;
  for (const NamedTest& test : tests) list += (list.empty() ? "" : ", ") + test.sql;
  if (!tests.empty()) {
    TRY(auto table, connection.Query(fmt::format("SELECT {} FROM {}", list, relation)));
    for (size_t i = 0; i < tests.size(); ++i) note(tests[i].name, std::stoull(sql::CellText(table.At(0, i))));
  }
  for (const ModelColumn& column : model.columns) {
    for (const ColumnTest& test : column.tests) {
      if (test.kind == ColumnTest::Kind::kUnique) {
        TRY(uint64_t rows, Repeated(connection, relation, QuoteName(column.name)));
        note(fmt::format("unique({})", column.name), rows);
      } else if (test.kind == ColumnTest::Kind::kRelationships) {
        TRY(uint64_t rows, Strangers(connection, relation, QuoteName(column.name),
                                     names.at(test.target_model), QuoteName(test.target_column)));
        note(fmt::format("relationships({}, {}.{})", column.name, test.target_model, test.target_column),
             rows);
      }
    }
  }
  return failures;
}

}  // namespace souk::warehouse
