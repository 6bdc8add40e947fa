#include "sql/statement.h"

#include "sql/execution.h"
#include "sql/query_error.h"

namespace souk::sql {
namespace {

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

}  // namespace

Statement::Statement(Connection::Impl& connection, std::string_view sql, const QueryOptions& options)
    : connection_(connection),
      sql_(sql),
      options_(options),
      guard_(connection.database->watch, connection.handle, options) {}

tl::unexpected<Error> Statement::Failed(const char* text) const {
  ErrorContext context{sql_, guard_.reason(), options_.timeout_ms,
                       connection_.database->options.memory_setting};
  return tl::unexpected(QueryError(text == nullptr ? "" : text, context));
}

Status Statement::Start(const std::vector<Parameter>& parameters) {
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
  if (!Execute(pending.get())) return Failed(duckdb_pending_error(pending.get()));
  if (duckdb_execute_pending(pending.get(), result_.out()) != DuckDBSuccess) {
    return Failed(duckdb_result_error(result_.out()));
  }
  return {};
}

Status Statement::Bind(const std::vector<Parameter>& parameters) {
  for (idx_t i = 1; i <= duckdb_nparams(prepared_.get()); ++i) {
    const char* raw = duckdb_parameter_name(prepared_.get(), i);
    std::string name = TakeText(const_cast<char*>(raw));  // allocated for us, despite the const
    const Parameter* parameter = FindParameter(parameters, name);
    if (parameter == nullptr) {
      return Fail(Code::kInvalid, "the parameter ${} has no value (in: {})", name, StatementBeginning(sql_));
    }
    ValueHandle value = std::visit(MakeValue(), parameter->value);
    if (duckdb_bind_value(prepared_.get(), i, value.get()) != DuckDBSuccess) {
      return Failed(duckdb_prepare_error(prepared_.get()));
    }
  }
  return {};
}

bool Statement::HasResult() {
  return duckdb_result_return_type(result_.get()) != DUCKDB_RESULT_TYPE_NOTHING &&
         duckdb_column_count(result_.out()) > 0;
}

Result<ChunkHandle> Statement::Next() {
  ChunkHandle chunk(duckdb_fetch_chunk(result_.get()));
  const char* error = duckdb_result_error(result_.out());
  if (error != nullptr && *error != '\0') return Failed(error);
  if (guard_.reason() != StopReason::kNone) return Failed(nullptr);
  if (chunk && duckdb_data_chunk_get_size(chunk.get()) == 0) return ChunkHandle();
  return chunk;
}

}  // namespace souk::sql
