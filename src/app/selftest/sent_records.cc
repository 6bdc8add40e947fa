#include "app/selftest/sent_records.h"

#include <fmt/format.h>

#include "sql/appender.h"

namespace souk::app {
namespace {

constexpr int kShown = 3;  // differences in a message

constexpr const char* kTables = R"(
CREATE TABLE records(line BOOLEAN, late BOOLEAN, partition INTEGER, "offset" BIGINT, value VARCHAR);
CREATE TABLE poison(line BOOLEAN, partition INTEGER, "offset" BIGINT, value BLOB);
)";

}  // namespace

Result<SentRecords> SentRecords::Open(const std::string& path, const ShopLoadOptions& topics) {
  sql::DatabaseOptions options;
  options.path = path;
  TRY(auto database, sql::Database::Open(options));
  TRY(auto connection, database->Connect());
  TRY_STATUS(connection.Execute(kTables));
  return SentRecords(std::move(database), std::move(connection), topics);
}

Status SentRecords::Add(const std::vector<AcknowledgedRecord>& records) {
  TRY(auto good, sql::Appender::Open(connection_, {"", "main", "records"}));
  TRY(auto poison, sql::Appender::Open(connection_, {"", "main", "poison"}));
  for (const AcknowledgedRecord& record : records) {
    bool bad = record.kind == LoadKind::kPoison;
    sql::Appender& to = bad ? poison : good;
    to.Bool(record.line);
    if (!bad) to.Bool(record.kind == LoadKind::kLate);
    to.Int(record.partition);
    to.Int(record.offset);
    bad ? to.Blob(record.value) : to.Text(record.value);
    TRY_STATUS(to.EndRow());
  }
  TRY_STATUS(good.Finish());
  return poison.Finish();
}

std::string SentRecords::TopicOf() const {
  return fmt::format("CASE WHEN line THEN {} ELSE {} END", sql::QuoteLiteral(topics_.transactions_topic),
                     sql::QuoteLiteral(topics_.clickstream_topic));
}

Status SentRecords::Compare(const std::string& what, const std::string& differences) {
  TRY(sql::Table found, connection_.Query(fmt::format("SELECT * FROM ({}) ORDER BY 1", differences)));
  if (found.rows.empty()) return {};
  std::string first;
  for (size_t i = 0; i < found.rows.size() && i < kShown; ++i)
    first += (first.empty() ? "" : "; ") + sql::CellText(found.rows[i][0]);
  return Fail(Code::kCorrupt, "{}: {} {}: {}{}", what, found.rows.size(),
              found.rows.size() == 1 ? "difference" : "differences", first,
              found.rows.size() > kShown ? "; …" : "");
}

Result<uint64_t> SentRecords::Count(const std::string& from) {
  TRY(sql::Table count, connection_.Query("SELECT count(*) FROM " + from));
  return static_cast<uint64_t>(std::get<int64_t>(count.At(0, 0)));
}

}  // namespace souk::app
