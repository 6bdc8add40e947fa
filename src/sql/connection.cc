#include "sql/column_reader.h"
#include "sql/execution.h"
#include "sql/handle.h"
#include "sql/query_error.h"
#include "sql/statement.h"

namespace souk::sql {
namespace {

// The readers of a statement's columns, and the table that they fill.
class TableReader {
 public:
  Status Describe(Statement& statement) {
    for (idx_t i = 0; i < duckdb_column_count(statement.result()); ++i) {
      ColumnReader reader(TypeHandle(duckdb_column_logical_type(statement.result(), i)));
      std::string name = duckdb_column_name(statement.result(), i);
      if (reader.type_name().empty()) {
        return Fail(Code::kUnsupported,
                    "the column {} has a type that cannot be shown; write CAST({} AS VARCHAR)", name, name);
      }
      table_.columns.push_back({name, reader.type_name()});
      readers_.push_back(std::move(reader));
    }
    return {};
  }

  Table& Read(duckdb_data_chunk chunk) {
    size_t count = duckdb_data_chunk_get_size(chunk);
    table_.rows.resize(count);
    for (auto& row : table_.rows) row.resize(readers_.size());
    for (size_t i = 0; i < readers_.size(); ++i) {
      readers_[i].Read(duckdb_data_chunk_get_vector(chunk, i), count, table_.rows, i);
    }
    return table_;
  }

  Table& Nothing() {
    table_.rows.clear();
    return table_;
  }

 private:
  Table table_;
  std::vector<ColumnReader> readers_;
};

Status ReadAll(Statement& statement, const QueryOptions& options,
               const std::function<bool(Table&)>& on_chunk) {
  TableReader reader;
  if (!statement.HasResult()) {
    on_chunk(reader.Nothing());
    return {};
  }
  TRY_STATUS(reader.Describe(statement));
  uint64_t rows = 0;
  while (true) {
    TRY(ChunkHandle chunk, statement.Next());
    if (!chunk) break;
    rows += duckdb_data_chunk_get_size(chunk.get());
    if (options.max_rows > 0 && rows > options.max_rows) {
      return Fail(Code::kInvalid, "the answer has more than {} rows; narrow it, or add LIMIT (in: {})",
                  options.max_rows, StatementBeginning(statement.sql()));
    }
    if (!on_chunk(reader.Read(chunk.get()))) return {};
  }
  if (rows == 0) on_chunk(reader.Nothing());
  return {};
}

Status RunStatement(Connection::Impl& connection, std::string_view sql,
                    const std::vector<Parameter>& parameters, const std::function<bool(Table&)>& on_chunk,
                    const QueryOptions& options) {
  Statement statement(connection, sql, options);
  TRY_STATUS(statement.Start(parameters));
  TRY_STATUS(ReadAll(statement, options, on_chunk));
  statement.Finish();
  return {};
}

}  // namespace

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Status Connection::Execute(std::string_view sql, const QueryOptions& options) {
  if (options.progress != nullptr) TRY_STATUS(options.progress->CheckCancelled());
  Watch::Guard guard(impl_->database->watch, impl_->handle, options);
  std::string error = RunPlain(impl_->handle, std::string(sql));
  if (!error.empty()) {
    ErrorContext context{sql, guard.reason(), options.timeout_ms, impl_->database->options.memory_setting};
    return tl::unexpected(QueryError(error, context));
  }
  guard.Finish();
  return {};
}

Status Connection::Stream(std::string_view sql, const std::vector<Parameter>& parameters,
                          const std::function<bool(const Table& chunk)>& on_chunk,
                          const QueryOptions& options) {
  return RunStatement(*impl_, sql, parameters, on_chunk, options);
}

Result<Table> Connection::Query(std::string_view sql, const std::vector<Parameter>& parameters,
                                const QueryOptions& options) {
  Table whole;
  auto collect = [&whole](Table& chunk) {
    if (whole.columns.empty()) whole.columns = chunk.columns;
    whole.rows.insert(whole.rows.end(), std::make_move_iterator(chunk.rows.begin()),
                      std::make_move_iterator(chunk.rows.end()));
    chunk.rows.clear();
    return true;
  };
  TRY_STATUS(RunStatement(*impl_, sql, parameters, collect, options));
  return whole;
}

Status Connection::Transaction(const std::function<Status()>& body) {
  TRY_STATUS(Execute("BEGIN TRANSACTION"));
  Status status = body();
  if (status) status = Execute("COMMIT");
  if (!status) RunPlain(impl_->handle, "ROLLBACK");  // the error that led here is the one to tell
  return status;
}

void Connection::Cancel() { impl_->database->watch.Cancel(impl_->handle); }

}  // namespace souk::sql
