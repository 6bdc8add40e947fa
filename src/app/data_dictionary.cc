#include "app/data_dictionary.h"

#include <fmt/ranges.h>

#include <map>

#include "app/parts.h"
#include "record/schema.h"
#include "warehouse/graph.h"
#include "warehouse/lineage.h"
#include "warehouse/report_file.h"

namespace souk::app {
namespace {

using warehouse::ColumnTest;
using warehouse::Model;

// In a cell: one line, and no bar that would end it.
std::string Cell(std::string_view text) {
  std::string cell;
  for (char c : text) {
    if (c == '\n') c = ' ';
    if (c == ' ' && cell.ends_with(' ')) continue;
    if (c == '|') cell += '\\';
    cell += c;
  }
  while (cell.ends_with(' ')) cell.pop_back();
  return cell;
}

std::string Code(std::string_view text) { return text.empty() ? "" : fmt::format("`{}`", Cell(text)); }

template <typename List>
std::string Codes(const List& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + Code(name);
  return text;
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += cell.empty() ? " |" : " " + cell + " |";
  return row + "\n";
}

std::string Head(const std::vector<std::string>& titles) {
  std::string line = "|";
  for (size_t i = 0; i < titles.size(); ++i) line += "---|";
  return "\n" + Row(titles) + line + "\n";
}

std::string TypeOf(const record::Field& field) {
  if (field.type != record::FieldType::kDecimal) return record::FieldTypeName(field.type);
  return fmt::format("decimal({},{})", field.precision, field.scale);
}

std::string Required(const record::Field& field) {
  if (!field.required) return "";
  if (!field.derived_from.empty()) return "yes, or " + Codes(field.derived_from);
  return field.derivable ? "filled in" : "yes";
}

std::string Values(const record::Field& field) {
  std::string values = Codes(field.accepted);
  if (field.default_value.empty()) return values;
  return values + fmt::format("{}{} where missing", values.empty() ? "" : "; ", Code(field.default_value));
}

std::string Records() {
  std::string page =
      "\n## Records\n\nWhat comes in. A field that is *filled in* may be missing in a source. Other names "
      "are known on the way "
      "in; they and\nthe words for accepted values are in `schemas/`.\n";
  for (const record::Schema& schema : record::Schemas()) {
    page += fmt::format("\n### {}\n\n{} Key: {}.\n", schema.name, schema.description, Code(schema.key));
    page +=
        Head({"field", "type", "required", "personal data", "meaning", "values", "example", "also called"});
    for (const record::Field& field : schema.fields) {
      page +=
          Row({Code(field.name), TypeOf(field), Required(field), field.pii, Cell(field.description),
               Values(field), Code(field.example), Cell(fmt::format("{}", fmt::join(field.aliases, ", ")))});
    }
  }
  return page;
}

std::string TestText(const ColumnTest& test) {
  switch (test.kind) {
    case ColumnTest::Kind::kNotNull: return "not null";
    case ColumnTest::Kind::kUnique: return "unique";
    case ColumnTest::Kind::kAcceptedValues: return "one of " + Codes(test.values);
    case ColumnTest::Kind::kRange:
      if (test.least.empty()) return "at most " + test.most;
      return test.most.empty() ? "at least " + test.least : fmt::format("{} to {}", test.least, test.most);
    case ColumnTest::Kind::kRelationships:
      return fmt::format("is in {}", Code(test.target_model + "." + test.target_column));
  }
  return {};
}

std::string Tests(const std::vector<ColumnTest>& tests) {
  std::string text;
  for (const ColumnTest& test : tests) text += (text.empty() ? "" : "; ") + TestText(test);
  return text;
}

std::string Reasons(const std::vector<warehouse::Rule>& rules) {
  std::vector<std::string> reasons;
  for (const auto& rule : rules) {
    std::string reason = fmt::format("{} ({})", rule.reason, rule.measure);
    if (reasons.empty() || reasons.back() != reason) reasons.push_back(reason);
  }
  return fmt::format("{}", fmt::join(reasons, "; "));
}

std::string Facts(const Model& model, const std::vector<std::string>& inputs) {
  std::string facts;
  auto fact = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) facts += fmt::format("- {}: {}\n", name, value);
  };
  bool lake = model.materialized == warehouse::Materialized::kLake;
  fact("kept as", fmt::format("{} in `{}`",
                              lake ? "Delta table in the lake, read" : MaterializedName(model.materialized),
                              model.schema));
  fact("key", Codes(model.key));
  fact("made from", Codes(inputs));
  if (!model.days.column.empty()) {
    std::string days = Code(model.days.column);
    if (!model.days.of.empty()) days += ", the days of " + Code(model.days.of);
    if (!model.days.together.empty()) days += ", together with rows of the same " + Code(model.days.together);
    for (const auto& [dimension, lookup] : model.days.looks_up)
      days += fmt::format("; the version of {} at {}", Code(dimension), Code(lookup.time));
    fact("made by day", days);
  }
  fact("of each key stays the first by", Codes(model.newest));
  fact("partitions", Codes(model.partitions));
  fact("kept out, with the reason", Reasons(model.rejects));
  fact("counted, but kept", Reasons(model.checks));
  return facts;
}

using Types = std::map<std::string, std::string>;  // of columns

std::string Table(const Model& model, const std::vector<std::string>& inputs, const Types& types,
                  const warehouse::RelationLineage& lineage) {
  std::string page = fmt::format("\n### {}\n\n{}\n\n{}", model.name, model.description, Facts(model, inputs));
  page += Head({"column", "type", "personal data", "meaning", "tests"});
  for (const auto& column : model.columns) {
    auto type = types.find(column.name);
    page += Row({Code(column.name), type == types.end() ? "" : type->second,
                 fmt::format("{}", fmt::join(lineage.Find(column.name)->pii, ", ")), Cell(column.description),
                 Tests(column.tests)});
  }
  return page;
}

// The two tables that no model makes: warehouse/quality.h.
std::string Quality() {
  std::string page =
      "\n### data_quality\n\nWhat the rules of the tables found, by day; rows without a day have none. "
      "`data_quality_runs` has the same by build\nin place of days: `version`, `built_at`.\n\n- kept as: "
      "views in "
      "`ecommerce`\n- made from: the tables and raw records that have rules\n";
  page += Head({"column", "type", "meaning"});
  page += Row({Code("model"), "VARCHAR", "The table that has the rule."});
  page += Row({Code("shop_day"), "DATE", "The day of the rows; null for rows without one."});
  page += Row({Code("measure"), "VARCHAR", "completeness, accuracy or consistency."});
  page += Row({Code("reason"), "VARCHAR", "The rule: what is wrong with a row of which it holds."});
  page += Row({Code("checked"), "BIGINT", "Rows that the rule looked at."});
  page += Row({Code("failed"), "BIGINT", "Rows of which it holds."});
  return page;
}

// Of records by their ids' names, of tables by the tests that check them.
std::string Relationships(const warehouse::Graph& graph) {
  std::string page = "\n## Relationships\n" + Head({"column", "is one of", "checked"});
  for (const record::Schema& schema : record::Schemas()) {
    for (const record::Schema& other : record::Schemas()) {
      if (&other == &schema || schema.Find(other.key) == nullptr) continue;
      page += Row({Code(schema.name + "." + other.key), Code(other.name + "." + other.key),
                   "no; ids without a record have a row in the dimension"});
    }
  }
  for (const auto& node : graph.nodes) {
    for (const auto& column : node.model.columns) {
      for (const ColumnTest& test : column.tests) {
        if (test.kind != ColumnTest::Kind::kRelationships) continue;
        page += Row({Code(node.model.name + "." + column.name),
                     Code(test.target_model + "." + test.target_column), "by every build"});
      }
    }
  }
  return page;
}

Result<std::string> Tables(const warehouse::WarehouseOptions& options, const warehouse::Lineage& lineage) {
  sql::DatabaseOptions memory;
  memory.memory_bytes = 200'000'000;
  memory.threads = 1;
  memory.time_zone = options.shop.time_zone;
  memory.models_directory = options.models_directory;
  TRY(auto database, sql::Database::Open(memory));
  TRY(auto connection, database->Connect());
  TRY(warehouse::Graph graph, warehouse::MakeGraph(options, connection));
  TRY(auto compiled, warehouse::CompileModels(options, "duckdb"));
  std::map<std::string, Types> types;
  for (const auto& model : compiled) types[model.name] = Types(model.columns.begin(), model.columns.end());
  std::map<std::string, std::string> pages;
  for (const auto& node : graph.nodes) {
    pages[node.model.name] =
        Table(node.model, node.inputs, types[node.model.name], *lineage.Find(node.model.name));
  }
  std::string page =
      "\n## Tables\n\nWhat a build makes. `clean` is staging; the tables of `ecommerce` are in "
      "`ecommerce_dwh` too. Personal data "
      "is that\nof the columns a column is made from. `souk lineage TABLE.COLUMN` says which these are.\n";
  for (const auto& [name, text] : pages) page += text;
  return page + Quality() + Relationships(graph);
}

std::string Figures(const warehouse::ReportFiles& files) {
  std::string page =
      "\n## Figures\n\nEach is defined once, in `models/metrics.yml`, and used by reports, page, API and "
      "command line.\n";
  page += Head({"figure", "label", "type", "over", "definition", "SQL"});
  for (const auto& metric : files.metrics()) {
    std::string definition = Cell(metric.definition);
    page +=
        Row({Code(metric.name), metric.label, metric.type, Cell(metric.over), definition, Code(metric.sql)});
  }
  page += "\nReports can be narrowed by:\n";
  page += Head({"filter", "label", "of"});
  for (const auto& filter : files.filters()) {
    std::vector<std::string> relations;
    for (const auto& [relation, condition] : filter.on) relations.push_back(relation);
    page += Row({Code(filter.name), filter.label, Codes(relations)});
  }
  return page;
}

std::string Period(const warehouse::ReportInfo& info) {
  switch (info.period) {
    case warehouse::PeriodKind::kRange:
      return fmt::format("a range of days, the last {} when none is asked for", info.days);
    case warehouse::PeriodKind::kAsOf: return "as of a day";
    case warehouse::PeriodKind::kNone: return "as of the last day with data";
  }
  return {};
}

// What a report reads, directly or to decide about rows: `table`: columns.
std::string Reads(const warehouse::RelationLineage& report) {
  std::map<std::string, std::set<std::string>> reads;
  auto add = [&](const warehouse::Inputs& inputs) {
    for (const auto& [column, uses] : inputs) {
      auto& columns = reads[column.relation];
      if (column.column != warehouse::kRowsColumn) columns.insert(column.column);
    }
  };
  for (const auto& column : report.columns) add(column.from);
  add(report.rows);
  std::string text;
  for (const auto& [relation, columns] : reads) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : "; ", Code(relation), columns.empty() ? "" : ": ",
                        fmt::join(columns, ", "));
  }
  return text;
}

std::string Reports(const warehouse::ReportFiles& files, const warehouse::Lineage& lineage) {
  std::string page = "\n## Reports\n";
  for (const auto& report : files.reports()) {
    const auto& info = report.info;
    page += fmt::format("\n### {}\n\n{}: {}\n\n", info.name, info.title, Cell(info.description));
    page += fmt::format("- period: {}\n", Period(info));
    if (report.limit > 0) page += fmt::format("- rows: the first {}, unless asked for more\n", report.limit);
    if (!info.filters.empty()) page += "- filters: " + Codes(info.filters) + "\n";
    page += "- reads " + Reads(*lineage.Find("report." + info.name)) + "\n";
    page += Head({"column", "label", "type", "meaning"});
    for (const auto& column : report.columns)
      page += Row({Code(column.name), column.label, column.type, Cell(column.definition)});
  }
  return page;
}

}  // namespace

Result<std::string> DataDictionary(const Settings& settings) {
  warehouse::WarehouseOptions options = WarehouseOptionsOf(settings);
  TRY(warehouse::Lineage lineage, warehouse::Lineage::Load(options));
  TRY(auto files, warehouse::ReportFiles::Load(options.models_directory, options.shop.currency));
  TRY(std::string tables, Tables(options, lineage));
  return "# Data dictionary\n\nAll records, tables, figures and reports. This page is the output of `souk "
         "models "
         "dictionary`, made from `schemas/` and\n`models/`.\n" +
         Records() + tables + Figures(files) + Reports(files, lineage);
}

}  // namespace souk::app
