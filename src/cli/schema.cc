#include <cstdio>

#include "app/inspection.h"
#include "app/table_schema.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunSchema(const CommandLine& line, const Settings& settings) {
  CLI::App parser("CREATE TABLE for the columns of a file, or of a record", "souk schema");
  parser.footer(
      "Types come from all values of the file. A key is the record's own (transaction_id …) when its\n"
      "values are all there and all different. For hive and spark the table reads the file as it is;\n"
      "for a record it is Parquet.");
  std::string path, table, record_name, dialect_name = "mysql";
  ingest::InspectOptions options;
  auto* file = parser.add_option("file", path, "CSV, JSON lines or Parquet");
  parser
      .add_option("--record", record_name, "users, products, transactions or clickstream, in place of a file")
      ->excludes(file);
  parser.add_option("--table", table, "its name; the likely record's, else the file's when not given");
  parser.add_option("--dialect", dialect_name, "mysql, hive, spark or duckdb")->capture_default_str();
  parser.add_option("--delimiter", options.delimiter, "of CSV; found out when not given");
  parser.add_option("--encoding", options.encoding, "utf-8, utf-16 or latin1; found out when not given");
  if (auto done = ParseArguments(parser, line, "schema")) return *done;
  auto dialect = record::ParseSqlDialect(dialect_name);
  if (!dialect) return PrintError(dialect.error());
  if (!record_name.empty()) {
    auto sql = app::SchemaOfRecord(record_name, table, *dialect);
    if (!sql) return PrintError(sql.error());
    std::fputs(sql->c_str(), stdout);
    return kExitOk;
  }
  if (path.empty())
    return PrintError({Code::kInvalid, "schema: name a file, or a record with --record transactions"});
  Terminal terminal(line.quiet);
  auto inspection = app::InspectFile(path, options, settings, terminal);
  terminal.EndStage();
  if (!inspection) return PrintError(inspection.error());
  if (table.empty()) table = app::TableNameOf(*inspection);
  std::fputs(app::SchemaOfFile(*inspection, table, *dialect).c_str(), stdout);
  return kExitOk;
}

}  // namespace souk::cli
