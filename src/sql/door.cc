#include "sql/door.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "base/log.h"
#include "base/options.h"
#include "sql/command.h"
#include "sql/hint.h"
#include "sql/scan.h"
#include "sql/statistics.h"
#include "sql/syntax_tree.h"
#include "sql/visible_tables.h"

namespace souk::sql {
namespace {

constexpr auto kFunctions = std::to_array<std::string_view>({
#include "sql/allowed_functions.inc"
});
static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end()));

// Functions behind FROM that make rows out of their arguments alone.
constexpr auto kTableFunctions = std::to_array<std::string_view>(
    {"generate_series", "json_each", "json_tree", "range", "repeat", "repeat_row", "unnest"});

// The tighter of two limits, 0 being none.
template <typename T>
T Tighter(T one, T other) {
  if (one == 0 || other == 0) return std::max(one, other);
  return std::min(one, other);
}

Table Words(const std::string& column, const std::vector<std::string>& words) {
  Table table;
  table.columns.push_back({column, "VARCHAR"});
  for (const std::string& word : words) table.rows.push_back({word});
  return table;
}

// * (Hive's) and % (SQL's) stand for any text.
bool Matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*' || pattern[0] == '%') {
    for (size_t skip = 0; skip <= text.size(); ++skip) {
      if (Matches(text.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  return !text.empty() && pattern[0] == text[0] && Matches(text.substr(1), pattern.substr(1));
}

std::vector<std::string> Like(std::vector<std::string> names, const std::string& pattern) {
  if (pattern.empty()) return names;
  std::string lower = LowerAscii(pattern);
  std::erase_if(names, [&](const std::string& name) { return !Matches(LowerAscii(name), lower); });
  return names;
}

}  // namespace

struct QueryDoor::Impl {
  std::shared_ptr<Database> database;
  DoorOptions options;
  std::mutex mutex = {};
  std::shared_ptr<const VisibleTables> known = nullptr;  // of an earlier call

  // What one call keeps from statement to statement.
  struct Visit {
    Connection connection;
    std::string schema;
    QueryOptions limits;
  };

  Result<Visit> Enter(const governance::Identity& identity, const QueryOptions& limits) const;
  Result<Answer> RunStatement(Visit& visit, std::string_view sql, const std::vector<Parameter>& parameters);
  Result<Answer> Dispatch(Visit& visit, const Command& command, const std::vector<Parameter>& parameters);
  Result<Answer> DispatchQuery(Visit& visit, const Command& command,
                               const std::vector<Parameter>& parameters);
  Result<std::shared_ptr<const VisibleTables>> LoadVisible(Visit& visit);
  // kDenied unless everything the query refers to may be used.
  Result<References> Check(Visit& visit, const std::string& query);
  Status CheckRelations(Visit& visit, const References& references);
  Status CheckFunctions(const References& references) const;
  Result<Answer> RunQuery(Visit& visit, const std::string& sql,
                          const std::vector<Parameter>& parameters) const;
  // `relation` as VisibleTables resolved it.
  Result<Answer> Columns(Visit& visit, const RelationName& relation) const;
  Result<std::vector<Column>> ColumnsOf(Visit& visit, const RelationName& relation) const;
  Result<Answer> NoEffect(Visit& visit, const VisibleTables& visible, const Command& command);
  Status CheckPartition(Visit& visit, const RelationName& relation, const std::string& partition);
  Result<Answer> Statistics(Visit& visit, const VisibleTables& visible, const Command& command);
};

namespace {

const char* Prefix(const Command& command) {
  switch (command.verb) {
    case Verb::kExplain: return command.analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ";
    case Verb::kDescribe: return "DESCRIBE ";
    case Verb::kSummarize: return "SUMMARIZE ";
    default: return "";
  }
}

bool AnyUnqualified(const References& references) {
  return std::any_of(references.relations.begin(), references.relations.end(),
                     [](const RelationName& name) { return name.schema.empty(); });
}

Answer Message(std::string text) {
  Answer answer;
  answer.message = std::move(text);
  return answer;
}

std::string Rows(const Cell& count) {
  std::string text = CellText(count);
  return text + (text == "1" ? " row" : " rows");
}

// To look at all values of every column costs memory and a second for each million.
constexpr int64_t kRowsCountedExactly = 1'000'000;

// Those of `columns` that are named.
Result<std::vector<Column>> Picked(const std::string& table, const std::vector<Column>& columns,
                                   const std::vector<std::string>& names) {
  std::vector<Column> picked;
  std::vector<std::string> known;
  for (const Column& column : columns) known.push_back(LowerAscii(column.name));
  for (const std::string& name : names) {
    auto found = std::find(known.begin(), known.end(), LowerAscii(name));
    if (found == known.end()) {
      std::string near = NearestWord(LowerAscii(name), known);
      return Fail(Code::kNotFound, "{} has no column {}; {}", table, name,
                  near.empty() ? "DESCRIBE lists those there are" : fmt::format("did you mean {}?", near));
    }
    picked.push_back(columns[static_cast<size_t>(found - known.begin())]);
  }
  return picked;
}

}  // namespace

QueryDoor::QueryDoor(std::shared_ptr<Database> database, DoorOptions options)
    : impl_(new Impl{std::move(database), std::move(options)}) {}
QueryDoor::~QueryDoor() = default;

Result<QueryDoor::Impl::Visit> QueryDoor::Impl::Enter(const governance::Identity& identity,
                                                      const QueryOptions& limits) const {
  if (!identity.owner) {
    return Fail(Code::kDenied, "the user '{}' may not read anything; only the owner of the data can",
                identity.user);
  }
  TRY(Connection connection, database->Connect());
  Visit visit{std::move(connection), options.schemas.front(), limits};
  visit.limits.timeout_ms = Tighter(limits.timeout_ms, options.timeout_ms);
  visit.limits.max_rows = Tighter(limits.max_rows, options.max_rows);
  return visit;
}

Status QueryDoor::Impl::CheckFunctions(const References& references) const {
  for (const std::string& name : references.table_functions) {
    if (std::binary_search(kTableFunctions.begin(), kTableFunctions.end(), name)) continue;
    return Fail(Code::kDenied,
                "{}(…) cannot be used here: a query reads only tables and views (SHOW TABLES lists them)",
                name);
  }
  const std::vector<std::string>& macros = database->macro_names();
  for (const std::string& name : references.functions) {
    if (std::binary_search(kFunctions.begin(), kFunctions.end(), name)) continue;
    if (std::find(macros.begin(), macros.end(), name) != macros.end()) continue;
    return Fail(Code::kDenied,
                "the function {} cannot be used here: it does not exist, or reads more than its arguments",
                name);
  }
  return {};
}

Result<std::shared_ptr<const VisibleTables>> QueryDoor::Impl::LoadVisible(Visit& visit) {
  TRY(VisibleTables loaded, VisibleTables::Load(visit.connection, options.schemas));
  auto visible = std::make_shared<const VisibleTables>(std::move(loaded));
  std::lock_guard lock(mutex);
  known = visible;
  return visible;
}

// What was there a while ago is good enough to let a name pass: had the table gone since, DuckDB would not
// find it either. What was not there is looked up again.
Status QueryDoor::Impl::CheckRelations(Visit& visit, const References& references) {
  std::shared_ptr<const VisibleTables> visible;
  {
    std::lock_guard lock(mutex);
    visible = known;
  }
  bool fresh = visible == nullptr;
  for (const RelationName& relation : references.relations) {
    if (visible != nullptr && visible->Resolve(relation, visit.schema)) continue;
    if (!fresh || visible == nullptr) {
      TRY(visible, LoadVisible(visit));
      fresh = true;
    }
    if (auto resolved = visible->Resolve(relation, visit.schema); !resolved)
      return tl::unexpected(resolved.error());
  }
  return {};
}

Result<References> QueryDoor::Impl::Check(Visit& visit, const std::string& query) {
  TRY(Table tree,
      visit.connection.Query("SELECT json_serialize_sql(CAST($sql AS VARCHAR))", {{"sql", query}}));
  auto references = ReadReferences(CellText(tree.At(0, 0)), query);
  if (!references && references.error().code == Code::kUnsupported) {
    return Fail(Code::kDenied,
                "{} cannot be used here: only reading is possible (SELECT, SHOW TABLES, SHOW SCHEMAS, "
                "DESCRIBE, SUMMARIZE, "
                "EXPLAIN, USE)",
                FirstWord(query));
  }
  if (!references) return references;
  TRY_STATUS(CheckRelations(visit, *references));
  TRY_STATUS(CheckFunctions(*references));
  return references;
}

Result<Answer> QueryDoor::Impl::RunQuery(Visit& visit, const std::string& sql,
                                         const std::vector<Parameter>& parameters) const {
  TRY(Table table, visit.connection.Query(sql, parameters, visit.limits));
  return Answer{std::move(table), ""};
}

Result<Answer> QueryDoor::Impl::Columns(Visit& visit, const RelationName& relation) const {
  return RunQuery(
      visit,
      "SELECT column_name AS name, data_type AS type, is_nullable AS nullable, comment FROM duckdb_columns() "
      "WHERE "
      "database_name = current_database() AND lower(schema_name) = $schema AND table_name = $table "
      "ORDER BY column_index",
      {{"schema", relation.schema}, {"table", relation.table}});
}

Result<std::vector<Column>> QueryDoor::Impl::ColumnsOf(Visit& visit, const RelationName& relation) const {
  TRY(Answer answer, Columns(visit, relation));
  std::vector<Column> columns;
  for (const auto& row : answer.table.rows) columns.push_back({CellText(row[0]), CellText(row[1])});
  return columns;
}

// The condition is what somebody wrote, so it passes the door like a query, and its columns must exist.
Status QueryDoor::Impl::CheckPartition(Visit& visit, const RelationName& relation,
                                       const std::string& partition) {
  if (partition.empty()) return {};
  std::string query = fmt::format("SELECT 1 FROM {}.{} WHERE {}", QuoteName(relation.schema),
                                  QuoteName(relation.table), partition);
  if (auto checked = Check(visit, query); !checked) return tl::unexpected(checked.error());
  auto bound = RunQuery(visit, "EXPLAIN " + query, {});
  if (bound) return {};
  // Without the place, which is that of our own words.
  std::string message = bound.error().message.substr(0, bound.error().message.find(" (line"));
  return Fail(bound.error().code, "PARTITION of {}: {}", relation.table, message);
}

Result<Answer> QueryDoor::Impl::NoEffect(Visit& visit, const VisibleTables& visible, const Command& command) {
  std::string what = command.verb == Verb::kRefresh ? "REFRESH" : "INVALIDATE METADATA";
  if (!command.relation.table.empty()) {
    TRY(RelationName relation, visible.Resolve(command.relation, visit.schema));
    TRY_STATUS(CheckPartition(visit, relation, command.partition));
    what += " of " + relation.table;
  }
  return Message(what + " has no effect here: every query sees the latest build");
}

Result<Answer> QueryDoor::Impl::Statistics(Visit& visit, const VisibleTables& visible,
                                           const Command& command) {
  TRY(RelationName relation, visible.Resolve(command.relation, visit.schema));
  TRY(std::vector<Column> columns, ColumnsOf(visit, relation));
  if (command.verb == Verb::kShowTableStats) return RunQuery(visit, RowCountsSql(relation, columns), {});
  TRY_STATUS(CheckPartition(visit, relation, command.partition));
  if (!command.columns.empty()) {
    TRY(columns, Picked(relation.table, columns, command.columns));
  }
  TRY(Answer rows, RunQuery(visit, StatisticsSql(relation, {}, command.partition, true), {}));
  bool exact = *std::get_if<int64_t>(&rows.table.At(0, 0)) <= kRowsCountedExactly;
  TRY(Answer figures, RunQuery(visit, StatisticsSql(relation, columns, command.partition, exact), {}));
  Answer answer{StatisticsOf(columns, figures.table), ""};
  if (command.verb == Verb::kComputeStats) {
    answer.message = fmt::format("{} in {}{}; COMPUTE STATS stores nothing here: DuckDB keeps its own\n",
                                 Rows(figures.table.At(0, 0)), relation.table,
                                 command.partition.empty() ? "" : ", in the partition asked for");
  }
  if (!exact) answer.message += "distinct values are estimates, as the rows are many\n";
  if (!answer.message.empty()) answer.message.pop_back();
  return answer;
}

Result<Answer> QueryDoor::Impl::DispatchQuery(Visit& visit, const Command& command,
                                              const std::vector<Parameter>& parameters) {
  TRY(References references, Check(visit, command.query));
  // Names without schema are looked up where the door looked them up. DuckDB's schema main stays behind it:
  // it holds the macros, and the door lets no table of it pass.
  if (AnyUnqualified(references))
    TRY_STATUS(visit.connection.Execute("SET schema = " + QuoteLiteral(visit.schema)));
  return RunQuery(visit, Prefix(command) + command.query, parameters);
}

Result<Answer> QueryDoor::Impl::Dispatch(Visit& visit, const Command& command,
                                         const std::vector<Parameter>& parameters) {
  if (!command.query.empty()) return DispatchQuery(visit, command, parameters);
  TRY(auto visible, LoadVisible(visit));
  switch (command.verb) {
    case Verb::kSummarize: {
      TRY(RelationName relation, visible->Resolve(command.relation, visit.schema));
      return RunQuery(
          visit, fmt::format("SUMMARIZE {}.{}", QuoteName(relation.schema), QuoteName(relation.table)), {});
    }
    case Verb::kShowSchemas: return Answer{Words("name", Like(options.schemas, command.pattern)), ""};
    case Verb::kShowTables: {
      TRY(std::string schema, visible->ResolveSchema(command.schema.empty() ? visit.schema : command.schema));
      return Answer{Words("name", Like(visible->Tables(schema), command.pattern)), ""};
    }
    case Verb::kUse: {
      TRY(visit.schema, visible->ResolveSchema(command.schema));
      bool empty = visible->Tables(visit.schema).empty();
      return Message(fmt::format("using {}{}{}", visit.schema, empty ? ", which has no tables yet; " : "",
                                 empty ? FilledBy(visit.schema) : ""));
    }
    case Verb::kRefresh:
    case Verb::kInvalidateMetadata: return NoEffect(visit, *visible, command);
    case Verb::kShowTableStats:
    case Verb::kShowColumnStats:
    case Verb::kComputeStats: return Statistics(visit, *visible, command);
    default: {
      TRY(RelationName relation, visible->Resolve(command.relation, visit.schema));
      return Columns(visit, relation);
    }
  }
}

Result<Answer> QueryDoor::Impl::RunStatement(Visit& visit, std::string_view sql,
                                             const std::vector<Parameter>& parameters) {
  std::vector<std::string> statements = SplitStatements(sql);
  if (statements.size() != 1) {
    return Fail(Code::kInvalid, "{}",
                statements.empty() ? "there is no statement" : "one statement at a time here");
  }
  Hinted hinted = TakeHints(statements[0]);
  TRY(Command command, ReadCommand(hinted.sql));
  TRY_STATUS(visit.connection.Execute("BEGIN TRANSACTION READ ONLY"));
  Result<Answer> answer = Dispatch(visit, command, parameters);
  Status ended = visit.connection.Execute("ROLLBACK");
  // The connection goes back to the pool as it came.
  Status reset = visit.connection.Execute("SET schema = 'main'");
  if (answer && !ended) return tl::unexpected(ended.error());
  if (answer && !reset) return tl::unexpected(reset.error());
  if (answer && !hinted.hints.empty()) {
    std::string notice = HintNotice(hinted.hints);
    answer->message = answer->message.empty() ? notice : notice + "\n" + answer->message;
  }
  return answer;
}

Result<Answer> QueryDoor::Run(const governance::Identity& identity, std::string_view sql,
                              const std::vector<Parameter>& parameters, const QueryOptions& limits) {
  TRY(Impl::Visit visit, impl_->Enter(identity, limits));
  Result<Answer> answer = impl_->RunStatement(visit, sql, parameters);
  if (LogEnabled(LogLevel::kDebug, "sql")) {
    Log(LogLevel::kDebug, "sql", "query",
        {{"user", identity.user},
         {"result", answer ? "ok" : CodeName(answer.error().code)},
         {"sql", std::string(sql)}});
  }
  return answer;
}

Result<std::vector<Answer>> QueryDoor::RunScript(const governance::Identity& identity,
                                                 std::string_view script, const QueryOptions& limits) {
  TRY(Impl::Visit visit, impl_->Enter(identity, limits));
  std::vector<Answer> answers;
  std::vector<std::string> statements = SplitStatements(script);
  for (size_t i = 0; i < statements.size(); ++i) {
    Result<Answer> answer = impl_->RunStatement(visit, statements[i], {});
    if (!answer && statements.size() > 1) return Wrap(answer.error(), fmt::format("statement {}", i + 1));
    if (!answer) return tl::unexpected(answer.error());
    answers.push_back(*std::move(answer));
  }
  return answers;
}

}  // namespace souk::sql
