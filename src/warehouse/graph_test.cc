#include "warehouse/graph.h"

#include <gtest/gtest.h>

#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

class GraphTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& sql, const std::string& yml) {
    shop_.WriteModel("marts/" + name + ".sql", sql);
    shop_.WriteModel("marts/" + name + ".yml", "model: " + name + "\ndescription: d\n" + yml);
  }
  Result<Graph> Make() {
    auto database = sql::Database::Open({});
    auto connection = (*database)->Connect();
    return MakeGraph(shop_.options, *connection);
  }
  size_t Place(const Graph& graph, const std::string& name) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (graph.nodes[i].model.name == name) return i;
    }
    ADD_FAILURE() << name;
    return 0;
  }
  TestShop shop_;
};

TEST_F(GraphTest, BuiltInModelsAreInOrder) {
  auto graph = Make();
  ASSERT_TRUE(graph.has_value()) << graph.error().message;
  EXPECT_EQ(graph->nodes.size(), 16u);
  EXPECT_LT(Place(*graph, "stg_transactions"), Place(*graph, "dim_users"));
  EXPECT_LT(Place(*graph, "dim_users"), Place(*graph, "fact_clickstream"));
  EXPECT_LT(Place(*graph, "fact_clickstream"), Place(*graph, "fact_sessions"));
  EXPECT_EQ(graph->Find("fact_transactions")->inputs,
            (std::vector<std::string>{"dim_products", "dim_users", "stg_transactions"}));
  EXPECT_EQ(graph->Find("stg_users")->inputs, std::vector<std::string>{"raw_users"});
}

TEST_F(GraphTest, SettingsAreKnownWhereTheyCount) {
  auto graph = Make();
  EXPECT_TRUE(graph->Find("stg_transactions")->settings.contains("shop.time_zone"));
  EXPECT_TRUE(graph->Find("dim_products")->settings.contains("shop.charge_codes"));
  EXPECT_TRUE(graph->Find("agg_daily_sales")->settings.empty());
  auto before = graph->Find("stg_transactions")->definition;
  shop_.options.shop.time_zone = "Europe/Berlin";
  graph = Make();
  EXPECT_EQ(graph->Find("stg_transactions")->definition, before);
  EXPECT_EQ(graph->Find("stg_transactions")->settings.at("shop.time_zone"), "Europe/Berlin");
}

TEST_F(GraphTest, UnknownRelationNamesFileAndNearest) {
  Write("m", "SELECT 1 AS a FROM stg_user", "materialized: table\n");
  EXPECT_EQ(
      Make().error().message,
      "models/marts/m.sql reads stg_user, which is neither a model nor a raw relation; stg_users exists");
}

TEST_F(GraphTest, CycleIsNamed) {
  Write("m1", "SELECT * FROM m2", "materialized: table\n");
  Write("m2", "SELECT * FROM m1", "materialized: table\n");
  EXPECT_EQ(Make().error().message,
            "models/marts/m1.sql: models depend on each other in a circle: m1 → m2 → m1");
}

TEST_F(GraphTest, WhatReadsTablesIsBuiltAfterThem) {
  Write("m", "SELECT product_key, shop_day FROM fact_transactions",
        "materialized: lake\ndays: {column: shop_day, of: fact_transactions}\ncolumns:\n"
        "  - {name: product_key, description: d, tests: [{relationships: dim_products.product_key}]}\n");
  EXPECT_EQ(
      Make().error().message,
      "models/marts/m.sql: the test of product_key names dim_products, which a model of the lake must read "
      "to be tested against");
}

TEST_F(GraphTest, BrokenFilesAreSaid) {
  Write("m", "SELECT FROM WHERE", "materialized: table\n");
  EXPECT_TRUE(Make().error().message.starts_with("models/marts/m.sql: ")) << Make().error().message;
  Write("m", "SELECT 1 AS a", "materialized: tabel\n");
  EXPECT_EQ(Make().error().message,
            "models/marts/m.yml: materialized is 'tabel'; there are lake, table, view");
  Write("m", "SELECT 1 AS a", "materialised: table\n");
  EXPECT_EQ(Make().error().message, "models/marts/m.yml: unknown key materialised");
  Write("m", "SELECT 1 AS a", "materialized: table\ncolumns: [{name: a, description: d, tests: [unik]}]\n");
  EXPECT_EQ(
      Make().error().message,
      "models/marts/m.yml, column a: unknown test unik; there are not_null, unique, accepted_values, range, "
      "relationships");
}

TEST_F(GraphTest, NamesOfTablesInTheMakingAreNotForModels) {
  Write("__m", "SELECT 1 AS a", "materialized: table\n");
  EXPECT_EQ(
      Make().error().message,
      "models/marts/__m.yml: names that begin with __ are those of tables in the making; rename the model");
}

TEST(RelationsOf, LeavesCtesAndSubqueriesOut) {
  auto database = sql::Database::Open({});
  auto connection = (*database)->Connect();
  auto names =
      RelationsOf(*connection,
                  "WITH c AS (SELECT * FROM x) SELECT (SELECT max(v) FROM y) FROM c JOIN (SELECT * FROM z) s "
                  "ON EXISTS (SELECT 1 FROM w) UNION ALL SELECT 1 FROM x",
                  "f");
  EXPECT_EQ(*names, (std::vector<std::string>{"w", "x", "y", "z"}));
}

TEST(CompileModels, EveryModelForSparkAndDuckdb) {
  for (const char* dialect : {"spark", "duckdb"}) {
    auto models = CompileModels({}, dialect);
    ASSERT_TRUE(models.has_value()) << models.error().message;
    ASSERT_EQ(models->size(), 20u);
    EXPECT_EQ(models->front().name, "raw_users");
    EXPECT_TRUE(models->front().sql.empty());
    for (const CompiledModel& model : *models) {
      EXPECT_EQ(model.sql.find("{{"), std::string::npos) << model.name;
      EXPECT_FALSE(model.columns.empty()) << model.name;
      EXPECT_NE(model.columns.back().first, "reject_reason") << model.name;
    }
  }
  auto spark = CompileModels({}, "spark");
  EXPECT_EQ(spark->front().columns.front(), (std::pair<std::string, std::string>("user_id", "STRING")));
  EXPECT_EQ(CompileModels({}, "oracle").error().code, Code::kInvalid);
}

}  // namespace
}  // namespace souk::warehouse
