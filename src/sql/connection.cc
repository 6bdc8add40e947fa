#include <cstdlib>
#include <optional>

#include "sql/column_reader.h"
#include "sql/handle.h"
#include "sql/query_error.h"
#include "sql/session.h"

namespace souk::sql {
namespace {

using Value = decltype(Parameter::value);

ValueHandle TextValue(const std::string& text) {
  return ValueHandle(duckdb_create_varchar_length(text.data(), text.size()));
}

ValueHandle ListValue(const std::vector<std::string>& texts) {
  std::vector<ValueHandle> values;
  std::vector<duckdb_value> raw;
  for (const std::string& text : texts) raw.push_back(values.emplace_back(TextValue(text)).get());
  if (raw.empty()) raw.push_back(nullptr);  // the C API wants an address even for no values
  TypeHandle type(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  return ValueHandle(duckdb_create_list_value(type.get(), raw.data(), texts.size()));
}

struct MakeValue {
  ValueHandle operator()(std::monostate) const { return ValueHandle(duckdb_create_null_value()); }
  ValueHandle operator()(bool value) const { return ValueHandle(duckdb_create_bool(value)); }
  ValueHandle operator()(int64_t value) const { return ValueHandle(duckdb_create_int64(value)); }
  ValueHandle operator()(double value) const { return ValueHandle(duckdb_create_double(value)); }
  ValueHandle operator()(const std::string& value) const { return TextValue(value); }
  ValueHandle operator()(const std::vector<std::string>& value) const { return ListValue(value); }
};

const Parameter* FindParameter(const std::vector<Parameter>& parameters, const std::string& name) {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

// One statement from its text to its last chunk.
class Statement {
 public:
  Statement(Connection::Impl& connection, std::string_view sql, const QueryOptions& options)
      : connection_(connection),
        sql_(sql),
        options_(options),
        guard_(connection.database->watch, connection.handle, options) {}

  Status Run(const std::vector<Parameter>& parameters, const std::function<bool(Table&)>& on_chunk) {
    TRY_STATUS(Start(parameters));
    Table table;
    TRY_STATUS(Describe(table));
    TRY_STATUS(Fetch(table, on_chunk));
    guard_.Finish();
    return {};
  }

 private:
  tl::unexpected<Error> Failed(const char* text) const {
    ErrorContext context{sql_, guard_.reason(), options_.timeout_ms,
                         connection_.database->options.memory_setting};
    return tl::unexpected(QueryError(text == nullptr ? "" : text, context));
  }

  Status Start(const std::vector<Parameter>& parameters) {
    if (options_.progress != nullptr) TRY_STATUS(options_.progress->CheckCancelled());
    if (options_.stop.stop_requested()) return Failed(nullptr);
    if (duckdb_prepare(connection_.handle, sql_.c_str(), prepared_.out()) != DuckDBSuccess) {
      return Failed(prepared_ ? duckdb_prepare_error(prepared_.get()) : "no memory to prepare the statement");
    }
    TRY_STATUS(Bind(parameters));
    PendingHandle pending;
    if (duckdb_pending_prepared_streaming(prepared_.get(), pending.out()) != DuckDBSuccess) {
      return Failed(duckdb_pending_error(pending.get()));
    }
    if (duckdb_execute_pending(pending.get(), result_.out()) != DuckDBSuccess) {
      return Failed(duckdb_result_error(result_.out()));
    }
    return {};
  }

  Status Bind(const std::vector<Parameter>& parameters) {
    for (idx_t i = 1; i <= duckdb_nparams(prepared_.get()); ++i) {
      const char* raw = duckdb_parameter_name(prepared_.get(), i);
      std::string name = TakeText(const_cast<char*>(raw));  // allocated for us, despite the const
      const Parameter* parameter = FindParameter(parameters, name);
      if (parameter == nullptr) {
        return Fail(Code::kInvalid, "the parameter ${} has no value (in: {})", name,
                    StatementBeginning(sql_));
      }
      ValueHandle value = std::visit(MakeValue(), parameter->value);
      if (duckdb_bind_value(prepared_.get(), i, value.get()) != DuckDBSuccess) {
        return Failed(duckdb_prepare_error(prepared_.get()));
      }
    }
    return {};
  }

  Status Describe(Table& table) {
    if (duckdb_result_return_type(result_.get()) == DUCKDB_RESULT_TYPE_NOTHING) return {};
    for (idx_t i = 0; i < duckdb_column_count(result_.out()); ++i) {
      ColumnReader reader(TypeHandle(duckdb_column_logical_type(result_.out(), i)));
      std::string name = duckdb_column_name(result_.out(), i);
      if (reader.type_name().empty()) {
        return Fail(Code::kUnsupported,
                    "the column {} has a type that cannot be shown; write CAST({} AS VARCHAR)", name, name);
      }
      table.columns.push_back({name, reader.type_name()});
      readers_.push_back(std::move(reader));
    }
    return {};
  }

  Status Fetch(Table& table, const std::function<bool(Table&)>& on_chunk) {
    uint64_t rows = 0;
    bool any = false;
    while (!readers_.empty()) {
      ChunkHandle chunk(duckdb_fetch_chunk(result_.get()));
      const char* error = duckdb_result_error(result_.out());
      if (error != nullptr && *error != '\0') return Failed(error);
      if (guard_.reason() != StopReason::kNone) return Failed(nullptr);
      size_t count = chunk ? duckdb_data_chunk_get_size(chunk.get()) : 0;
      if (count == 0) break;
      rows += count;
      if (options_.max_rows > 0 && rows > options_.max_rows) {
        return Fail(Code::kInvalid, "the answer has more than {} rows; narrow it, or add LIMIT (in: {})",
                    options_.max_rows, StatementBeginning(sql_));
      }
      Read(chunk.get(), count, table);
      any = true;
      if (!on_chunk(table)) return {};
    }
    if (!any) {
      table.rows.clear();
      on_chunk(table);
    }
    return {};
  }

  void Read(duckdb_data_chunk chunk, size_t count, Table& table) const {
    table.rows.resize(count);
    for (auto& row : table.rows) row.resize(readers_.size());
    for (size_t i = 0; i < readers_.size(); ++i) {
      readers_[i].Read(duckdb_data_chunk_get_vector(chunk, i), count, table.rows, i);
    }
  }

  Connection::Impl& connection_;
  std::string sql_;
  const QueryOptions& options_;
  Watch::Guard guard_;
  PreparedHandle prepared_;
  ResultHandle result_;
  std::vector<ColumnReader> readers_;
};

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
  return Statement(*impl_, sql, options).Run(parameters, on_chunk);
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
  TRY_STATUS(Statement(*impl_, sql, options).Run(parameters, collect));
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
