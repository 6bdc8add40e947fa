#include "app/selftest/expected_lake.h"

#include <fmt/format.h>

#include "sql/appender.h"

namespace souk::app {
namespace {

class LakeCheck {
 public:
  LakeCheck(SentRecords& sent, std::string lake) : sent_(sent), lake_(std::move(lake)) {}

  Result<LakeChecked> Run(const std::vector<RefusedMessage>& told) {
    TRY_STATUS(LoadFiles());
    TRY_STATUS(CompareFiles());
    TRY_STATUS(LoadLines());
    TRY_STATUS(CompareLines());
    TRY_STATUS(LoadRefused(told));
    TRY_STATUS(CompareRefused("quarantine", "quarantined"));
    TRY_STATUS(CompareRefused("the topic of refused records", "told"));
    LakeChecked checked;
    TRY(checked.records, sent_.Count("records"));
    TRY(checked.files, sent_.Count("lake_files"));
    TRY(checked.refused, sent_.Count("poison"));
    return checked;
  }

 private:
  // A relation of the lines of these files (filename, json); an empty one when there are none, which DuckDB
  // would refuse.
  Result<std::string> LinesOf(const std::string& pattern) {
    std::string files = sql::QuoteLiteral(lake_ + pattern);
    TRY(uint64_t count, sent_.Count(fmt::format("glob({})", files)));
    if (count == 0) return "(SELECT '' AS filename, CAST(NULL AS JSON) AS json WHERE false)";
    return fmt::format("read_ndjson_objects({}, filename = true)", files);
  }

  // lake_log: what its commits add and remove; lake_files: what counts of that; lake_disk: what is there.
  Status LoadFiles() {
    TRY(std::string log, LinesOf("/ecommerce/raw/*/_commits/[0-9]*.json"));
    TRY_STATUS(sent_.connection().Execute(fmt::format(
        "CREATE OR REPLACE TABLE lake_log AS SELECT folder || (json ->> '$.add.path') AS added, "
        "folder || (json ->> '$.remove.path') AS removed, (json ->> '$.add.rows')::BIGINT AS row_count "
        "FROM (SELECT *, substr(filename, 1, instr(filename, '/_commits/')) AS folder FROM {})",
        log)));
    return sent_.connection().Execute(fmt::format(
        "CREATE OR REPLACE TABLE lake_files AS SELECT added AS path, row_count FROM lake_log AS a "
        "WHERE added IS NOT NULL AND NOT EXISTS (FROM lake_log AS r WHERE r.removed = a.added);"
        "CREATE OR REPLACE TABLE lake_disk AS SELECT file AS path FROM glob({}) "
        "WHERE NOT contains(file, '/_commits/')",
        sql::QuoteLiteral(lake_ + "/ecommerce/raw/**")));
  }

  Status CompareFiles() {
    return sent_.Compare(
        "files of the lake",
        "SELECT concat(path, ' counts and is not there') FROM lake_files ANTI JOIN lake_disk USING (path) "
        "UNION ALL SELECT concat(path, ' counts twice') FROM lake_files GROUP BY path HAVING count(*) > 1 "
        "UNION ALL SELECT concat(path, ' is in no commit') FROM lake_disk ANTI JOIN lake_log ON path = added "
        "UNION ALL SELECT concat(path, ' has a name of no hour') FROM lake_files WHERE NOT "
        "regexp_matches(path, "
        "'/raw/(transactions|clickstream)/\\d{4}/\\d\\d/\\d\\d/\\d\\d/[^/]+\\.jsonl$')");
  }

  Status LoadLines() {
    TRY(std::string lines, LinesOf("/ecommerce/raw/*/*/*/*/*/*.jsonl"));
    return sent_.connection().Execute(
        fmt::format("CREATE OR REPLACE TABLE lake_lines AS SELECT filename AS path, "
                    "contains(filename, '/raw/transactions/') AS line, "
                    "regexp_extract(filename, '(\\d{{4}}/\\d\\d/\\d\\d/\\d\\d)/[^/]+$', 1) AS hour, "
                    "md5(CAST(json AS VARCHAR)) AS content FROM {} SEMI JOIN lake_files ON filename = path",
                    lines));
  }

  // As often in the files of its hour as it was acknowledged.
  Status CompareLines() {
    TRY_STATUS(
        sent_.Compare("rows of the lake's files",
                      "SELECT concat(path, ': ', row_count, ' rows in the log, ', coalesce(n, 0), ' lines') "
                      "FROM lake_files LEFT JOIN (SELECT path, count(*) AS n FROM lake_lines GROUP BY path) "
                      "USING (path) WHERE row_count IS DISTINCT FROM n"));
    return sent_.Compare(
        "records of the lake",
        "SELECT concat(if(line, 'transactions', 'clickstream'), ' ', hour, ': ', any_value(value), ' is "
        "there ', "
        "count(*) FILTER (NOT sent), ' times, ', count(*) FILTER (sent), ' acknowledged') FROM (SELECT true "
        "AS "
        "sent, line, strftime(CAST(value ->> if(line, 'transaction_timestamp', 'event_time') AS TIMESTAMPTZ) "
        "AT "
        "TIME ZONE 'UTC', '%Y/%m/%d/%H') AS hour, md5(value) AS content, value FROM records UNION ALL "
        "SELECT false, line, hour, content, NULL FROM lake_lines) GROUP BY line, hour, content "
        "HAVING count(*) FILTER (NOT sent) <> count(*) FILTER (sent)");
  }

  Status LoadRefused(const std::vector<RefusedMessage>& told) {
    TRY(std::string lines, LinesOf("/ecommerce/quarantine/*/*.jsonl"));
    TRY_STATUS(sent_.connection().Execute(
        fmt::format("CREATE OR REPLACE TABLE quarantined AS SELECT json ->> 'place' AS place, coalesce("
                    "from_base64(json ->> 'content_base64'), encode(json ->> 'content')) AS value FROM {} "
                    "WHERE (json -> 'quarantine') IS NULL;"
                    "CREATE OR REPLACE TABLE told(place VARCHAR, value BLOB)",
                    lines)));
    TRY(auto to, sql::Appender::Open(sent_.connection(), {"", "main", "told"}));
    for (const RefusedMessage& message : told) {
      to.Text(message.place);
      to.Blob(message.value);
      TRY_STATUS(to.EndRow());
    }
    return to.Finish();
  }

  Status CompareRefused(const std::string& what, const std::string& table) {
    std::string made = fmt::format(
        "SELECT concat({}, '-', partition, '@', \"offset\") AS place, value FROM poison", sent_.TopicOf());
    std::string is = "SELECT place, value FROM " + table;
    return sent_.Compare(what, fmt::format("SELECT concat(what, ' ', place, ': ', value) FROM "
                                           "(SELECT 'missing' AS what, * FROM ({0} EXCEPT ALL {1}) "
                                           "UNION ALL SELECT 'too many', * FROM ({1} EXCEPT ALL {0}))",
                                           made, is));
  }

  SentRecords& sent_;
  std::string lake_;
};

}  // namespace

Result<LakeChecked> CheckLake(SentRecords& sent, const std::string& lake,
                              const std::vector<RefusedMessage>& told) {
  return LakeCheck(sent, lake).Run(told);
}

}  // namespace souk::app
