#include "warehouse/lineage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "warehouse/columns_read.h"
#include "warehouse/graph.h"
#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

class LineageTest : public ::testing::Test {
 protected:
  static const Lineage& BuiltIn() {
    static const Lineage lineage = Lineage::Load({}).value();
    return lineage;
  }
  static std::vector<std::string> Lines(const std::vector<LineageEdge>& edges) {
    std::vector<std::string> lines;
    for (const LineageEdge& edge : edges)
      lines.push_back(edge.from.Text() + " > " + edge.to.Text() + ": " + KindOf(edge.uses));
    return lines;
  }
  static std::vector<std::string> Up(const std::string& subject, int depth = 0, bool indirect = false) {
    auto request = BuiltIn().Resolve(subject).value();
    request.depth = depth;
    request.indirect = indirect;
    return Lines(BuiltIn().Upstream(request));
  }
  TestShop shop_;
};

// Whatever a column depends on, directly or not, ends at fields of the input or their rows, or, in reports,
// at what the report brings along itself (days of a calendar, names of steps) and at the names of rules.
TEST_F(LineageTest, EveryColumnIsKnownToItsEnd) {
  size_t columns = 0;
  for (const RelationLineage& relation : BuiltIn().relations()) {
    if (relation.kind == "raw") continue;
    for (const ColumnLineage& column : relation.columns) {
      ++columns;
      std::set<ColumnId> seen;
      std::vector<ColumnId> open = {{relation.name, column.name}};
      while (!open.empty()) {
        ColumnId id = open.back();
        open.pop_back();
        if (!seen.insert(id).second) continue;
        const RelationLineage* at = BuiltIn().Find(id.relation);
        ASSERT_NE(at, nullptr) << id.Text();
        const ColumnLineage* found = at->Find(id.column);
        ASSERT_TRUE(found != nullptr || id.column == kRowsColumn) << id.Text();
        const Inputs& inputs = found == nullptr ? at->rows : found->from;
        bool own = at->kind == "raw" || at->kind == "report" || at->kind == "build";
        EXPECT_TRUE(own || !inputs.empty()) << id.Text() << " of " << relation.name << "." << column.name;
        for (const auto& [from, uses] : inputs) open.push_back(from);
      }
    }
  }
  EXPECT_GT(columns, 400u);
}

// columns_read.h looks at names alone and never misses one, so nothing may come from elsewhere.
TEST_F(LineageTest, ReadsWhatTheSqlNames) {
  auto database = sql::Database::Open({}).value();
  auto connection = database->Connect().value();
  Graph graph = MakeGraph({}, connection).value();
  for (const Node& node : graph.nodes) {
    const RelationLineage& relation = *BuiltIn().Find(node.model.name);
    std::map<std::string, std::set<std::string>> reads;
    auto add = [&](const Inputs& inputs) {
      for (const auto& [column, uses] : inputs) {
        if (column.column != kRowsColumn) reads[column.relation].insert(column.column);
      }
    };
    for (const ColumnLineage& column : relation.columns) add(column.from);
    add(relation.rows);
    for (const std::string& input : node.inputs) {
      std::vector<std::string> names;
      for (const ColumnLineage& column : BuiltIn().Find(input)->columns) names.push_back(column.name);
      auto named = ColumnsRead(connection, node.sql, input, names).value();
      for (const std::string& column : reads[input])
        EXPECT_TRUE(named.contains(column)) << node.model.name << " reads no " << input << "." << column;
    }
  }
}

// Whatever changes in a mart when a column of its input is emptied must be said to depend on that column.
TEST_F(LineageTest, WhatChangesWithAColumnDependsOnIt) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  auto connection = shop_.database->Connect().value();
  ASSERT_TRUE(connection.Execute("CREATE SCHEMA whole; CREATE SCHEMA emptied"));
  Graph graph = MakeGraph(shop_.options, connection).value();
  for (const Node& node : graph.nodes) {
    ASSERT_TRUE(connection.Execute(fmt::format("CREATE TABLE whole.{} AS FROM {}.{}", node.model.name,
                                               node.model.schema, node.model.name)));
  }
  size_t changes = 0;
  for (const Node& node : graph.nodes) {
    if (node.model.schema != "ecommerce") continue;
    const RelationLineage& relation = *BuiltIn().Find(node.model.name);
    auto prints = [&](const std::string& path) {
      EXPECT_TRUE(connection.Execute("SET search_path = '" + path + "'"));
      std::string list;
      for (const ColumnLineage& column : relation.columns)
        list += fmt::format("{0}md5(string_agg(CAST({1} AS VARCHAR), '|' ORDER BY CAST({1} AS VARCHAR)))",
                            list.empty() ? "" : ", ", column.name);
      auto table = connection.Query(fmt::format("SELECT count(*), {} FROM ({}\n) m", list, node.sql));
      EXPECT_TRUE(table) << (table ? "" : table.error().message);
      std::vector<std::string> row;
      for (size_t c = 0; table && c <= relation.columns.size(); ++c)
        row.push_back(sql::CellText(table->At(0, c)));
      return row;
    };
    auto before = prints("whole,main");
    for (const std::string& input : node.inputs) {
      std::vector<std::string> names;
      for (const ColumnLineage& column : BuiltIn().Find(input)->columns) names.push_back(column.name);
      // Columns that are not named cannot change anything.
      auto read = ColumnsRead(connection, node.sql, input, names).value();
      for (const std::string& column : read) {
        ASSERT_TRUE(
            connection.Execute(fmt::format("CREATE OR REPLACE TABLE emptied.{0} AS FROM whole.{0}; "
                                           "UPDATE emptied.{0} SET {1} = NULL",
                                           input, column)));
        auto after = prints("emptied,whole,main");
        ASSERT_TRUE(connection.Execute("DROP TABLE emptied." + input));
        ColumnId changed{input, column};
        bool rows = relation.rows.contains(changed);
        EXPECT_TRUE(rows || before[0] == after[0]) << node.model.name << " rows, " << changed.Text();
        for (size_t c = 0; c < relation.columns.size(); ++c) {
          if (before[c + 1] == after[c + 1]) continue;
          ++changes;
          EXPECT_TRUE(rows || relation.columns[c].from.contains(changed))
              << node.model.name << "." << relation.columns[c].name << ", " << changed.Text();
        }
      }
    }
  }
  EXPECT_GT(changes, 100u);
}

TEST_F(LineageTest, QualityComesFromWhatTheRulesRead) {
  shop_.Open();
  FillWithSamples(shop_);
  shop_.MustBuild();
  auto connection = shop_.database->Connect().value();
  for (const char* name : {"data_quality", "data_quality_runs"}) {
    auto table = connection.Query(fmt::format("SELECT * FROM ecommerce.{} LIMIT 0", name)).value();
    std::vector<std::string> made, said;
    for (const sql::Column& column : table.columns) made.push_back(column.name);
    for (const ColumnLineage& column : BuiltIn().Find(name)->columns) said.push_back(column.name);
    EXPECT_EQ(made, said);
  }
  const Inputs& failed = BuiltIn().Find("data_quality")->Find("failed")->from;
  EXPECT_EQ(KindOf(failed.at({"stg_users", "email"})), "indirect (condition)");
  EXPECT_EQ(KindOf(failed.at({"raw_users", "user_id"})), "indirect (condition)");
  EXPECT_EQ(KindOf(failed.at({"stg_users", "*"})), "aggregation");
}

TEST_F(LineageTest, ProfitComesFrom) {
  EXPECT_EQ(Up("fact_transactions.profit", 1),
            (std::vector<std::string>{"dim_products.cost > fact_transactions.profit: expression",
                                      "stg_transactions.discount > fact_transactions.profit: expression",
                                      "stg_transactions.quantity > fact_transactions.profit: expression",
                                      "stg_transactions.unit_price > fact_transactions.profit: expression"}));
  EXPECT_EQ(
      Up("agg_daily_sales.units", 1, true),
      (std::vector<std::string>{"fact_transactions.quantity > agg_daily_sales.units: aggregation",
                                "fact_transactions.* > agg_daily_sales.*: rows",
                                "fact_transactions.category > agg_daily_sales.*: indirect (grouping)",
                                "fact_transactions.is_sale > agg_daily_sales.*: indirect (filter)",
                                "fact_transactions.region > agg_daily_sales.*: indirect (grouping)",
                                "fact_transactions.shop_day > agg_daily_sales.*: indirect (grouping)"}));
  auto events = Up("fact_sessions.events");
  EXPECT_NE(std::find(events.begin(), events.end(), "raw_clickstream.* > stg_clickstream.*: rows"),
            events.end());
}

TEST_F(LineageTest, DownstreamIsUpstreamTheOtherWayRound) {
  std::vector<std::string> up, down;
  for (const RelationLineage& relation : BuiltIn().relations()) {
    LineageRequest request{relation.name, "", 1, true};
    for (const std::string& line : Lines(BuiltIn().Upstream(request))) {
      if (!line.starts_with(".")) up.push_back(line);  // constants come from nowhere
    }
    for (const std::string& line : Lines(BuiltIn().Downstream(request))) down.push_back(line);
  }
  std::sort(up.begin(), up.end());
  std::sort(down.begin(), down.end());
  EXPECT_EQ(up, down);
}

TEST_F(LineageTest, PersonalDataGoesAlong) {
  EXPECT_EQ(BuiltIn().Find("dim_users")->Find("email")->pii, std::set<std::string>{"email"});
  EXPECT_TRUE(BuiltIn().Find("dim_users")->Find("is_current")->pii.empty());
  shop_.WriteModel("marts/mailing.sql", "SELECT user_id, lower(email) || name AS addressee FROM dim_users");
  shop_.WriteModel("marts/mailing.yml",
                   "model: mailing\ndescription: d\nmaterialized: table\ncolumns:\n"
                   "  - {name: user_id, description: d}\n  - {name: addressee, description: d}\n");
  Lineage lineage = Lineage::Load(shop_.options).value();
  EXPECT_EQ(lineage.Find("mailing")->Find("addressee")->pii, (std::set<std::string>{"email", "name"}));
}

// What the files say of the built-in models is what follows from their SQL.
TEST_F(LineageTest, TagsOfTheModelsAreComplete) {
  auto models = LoadModels("").value();
  for (const Model& model : models) {
    for (const ModelColumn& column : model.columns) {
      const auto& pii = BuiltIn().Find(model.name)->Find(column.name)->pii;
      EXPECT_EQ(pii, column.pii.empty() ? std::set<std::string>() : std::set<std::string>{column.pii})
          << model.name << "." << column.name;
    }
  }
}

TEST_F(LineageTest, Names) {
  EXPECT_EQ(BuiltIn().Resolve("clean.stg_users.email")->relation, "stg_users");
  EXPECT_EQ(BuiltIn().Resolve("sales_overview.revenue")->relation, "report.sales_overview");
  EXPECT_EQ(BuiltIn().Resolve("report.sales_overview")->column, "");
  EXPECT_EQ(BuiltIn().Resolve("stg_user.email").error().message,
            "there is no model, raw relation or report stg_user, did you mean stg_users?; `souk lineage` "
            "lists them");
  EXPECT_EQ(BuiltIn().Resolve("stg_users.emial").error().message,
            "stg_users has no column emial, did you mean email?");
}

TEST_F(LineageTest, FacetOfOpenLineage) {
  auto facet = nlohmann::json::parse(BuiltIn().OpenLineageFacet(*BuiltIn().Find("agg_daily_sales")));
  EXPECT_EQ(facet["fields"].size(), 11u);
  auto& input = facet["fields"]["revenue"]["inputFields"][0];
  EXPECT_EQ(input["name"], "fact_transactions");
  EXPECT_EQ(input["field"], "total_amount");
  EXPECT_EQ(input["transformations"][0]["type"], "DIRECT");
  EXPECT_EQ(input["transformations"][0]["subtype"], "AGGREGATION");
  EXPECT_EQ(facet["dataset"].size(), 4u);
  EXPECT_EQ(facet["dataset"][0]["transformations"][0]["subtype"], "GROUP_BY");
}

TEST_F(LineageTest, ErrorsNameTheFile) {
  shop_.WriteModel("marts/odd.sql", "SELECT * FROM dim_users PIVOT (count(*) FOR segment IN ('VIP'))");
  shop_.WriteModel("marts/odd.yml", "model: odd\ndescription: d\nmaterialized: table\n");
  EXPECT_EQ(Lineage::Load(shop_.options).error().message,
            "models/marts/odd.sql: PIVOT behind FROM cannot be followed");
}

}  // namespace
}  // namespace souk::warehouse
