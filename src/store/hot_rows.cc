#include "store/hot_rows.h"

#include "record/values.h"

namespace souk::store {
namespace {

using record::Field;
using record::FieldType;
using record::TypedValue;

constexpr int kLatencyDigits = 18, kLatencyScale = 3;  // DECIMAL(18,3): milliseconds, to the microsecond
constexpr size_t kArrivalColumns = 5;

void AppendValue(sql::Appender& appender, FieldType type, const TypedValue& value) {
  if (!value.present) return appender.Null();
  switch (type) {
    case FieldType::kText: return appender.Text(value.text);
    case FieldType::kInt: return appender.Int(value.number);
    case FieldType::kDecimal: return appender.Decimal(value.number);
    case FieldType::kTimestamp: return appender.Timestamp(value.number);
    case FieldType::kBool: return appender.Bool(value.number != 0);
  }
}

void AppendColumn(sql::Appender& appender, const HotColumn& column, size_t schema, const HotRecord& record,
                  uint64_t bytes) {
  switch (column.source) {
    case HotSource::kField: {
      int field = column.fields[schema];
      if (field < 0) return appender.Null();
      return AppendValue(appender, column.field_type, record.record.value(static_cast<size_t>(field)));
    }
    case HotSource::kRecord: return appender.Text(record.record.schema()->name);
    case HotSource::kProcessingTime: return appender.Timestamp(record.processing_time);
    case HotSource::kLatency: return appender.Decimal(record.latency_us);
    case HotSource::kTopic: return appender.Text(record.topic);
    case HotSource::kPartition: return appender.Int(record.partition);
    case HotSource::kOffset: return appender.Int(record.offset);
    case HotSource::kBytes: return appender.Int(static_cast<int64_t>(bytes));
    case HotSource::kNothing: return appender.Null();
  }
}

// As DuckDB writes it, always with all digits of the scale.
int64_t Unscaled(const sql::Cell& cell, int precision, int scale) {
  int64_t unscaled = 0;
  record::ReadDecimal(sql::CellText(cell), precision, scale, {}, unscaled);
  return unscaled;
}

// The text is a view of the cell.
TypedValue ReadValue(const Field& field, const sql::Cell& cell) {
  TypedValue value;
  value.present = !std::holds_alternative<std::monostate>(cell);
  if (!value.present) return value;
  switch (field.type) {
    case FieldType::kText: value.text = std::get<std::string>(cell); break;
    case FieldType::kDecimal: value.number = Unscaled(cell, field.precision, field.scale); break;
    case FieldType::kBool: value.number = std::get<bool>(cell) ? 1 : 0; break;
    default: value.number = IntOf(cell);
  }
  return value;
}

}  // namespace

Status AppendRecord(sql::Appender& appender, const HotTable& table, const HotRecord& record, uint64_t bytes) {
  int schema = table.SchemaAt(record.record.schema());
  if (schema < 0) {
    return Fail(Code::kInvalid, "hot.{} takes no record of the kind {}", table.name,
                record.record.schema() == nullptr ? "unknown" : record.record.schema()->name);
  }
  for (const HotColumn& column : table.columns) {
    AppendColumn(appender, column, static_cast<size_t>(schema), record, bytes);
  }
  return appender.EndRow();
}

uint64_t RowBytes(const HotRecord& record, bool late) {
  uint64_t bytes = 4 * 8 + record.topic.size();  // processing time, latency, partition, offset
  if (late) bytes += record.record.schema()->name.size();
  for (size_t i = 0; i < record.record.size(); ++i) {
    TypedValue value = record.record.value(i);
    if (!value.present) continue;
    bytes += record.record.schema()->fields[i].type == FieldType::kText ? value.text.size() : 8;
  }
  return bytes;
}

uint64_t WindowBytes(const WindowKey& key) {
  return key.kpi.size() + key.dimension.size() + key.member.size() + 24;
}

std::string SelectList(const HotTable& table) {
  std::string list;
  for (const Field& field : table.schemas.front()->fields) {
    std::string name = sql::QuoteName(field.name);
    list += field.type == FieldType::kTimestamp ? fmt::format("epoch_us({}), ", name) : name + ", ";
  }
  return list + "epoch_us(processing_time), latency_ms, topic, partition, \"offset\"";
}

Result<HotRecord> ReadRecord(const HotTable& table, const std::vector<sql::Cell>& row) {
  const record::Schema& schema = *table.schemas.front();
  size_t fields = schema.fields.size();
  if (row.size() != fields + kArrivalColumns) {
    return Fail(Code::kCorrupt, "hot.{} has {} columns, not {}", table.name, row.size(),
                fields + kArrivalColumns);
  }
  record::TypedRecord typed{&schema, {}};
  for (size_t i = 0; i < fields; ++i) typed.values.push_back(ReadValue(schema.fields[i], row[i]));
  HotRecord record;
  record.record = record::OwnedRecord(typed);
  record.processing_time = IntOf(row[fields]);
  record.latency_us = Unscaled(row[fields + 1], kLatencyDigits, kLatencyScale);
  record.topic = sql::CellText(row[fields + 2]);
  record.partition = static_cast<int32_t>(IntOf(row[fields + 3]));
  record.offset = IntOf(row[fields + 4]);
  return record;
}

int64_t IntOf(const sql::Cell& cell) {
  const int64_t* number = std::get_if<int64_t>(&cell);
  return number == nullptr ? 0 : *number;
}

}  // namespace souk::store
