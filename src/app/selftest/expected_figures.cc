#include "app/selftest/expected_figures.h"

#include <fmt/format.h>

#include "store/hot_tables.h"

namespace souk::app {
namespace {

// Figures by minute, in all and by one dimension, as docs and models/live.yml define them; in units of
// hot.kpi_windows: pieces, cents, or money × 10^4.
struct Figure {
  const char* kpi;
  const char* from;
  const char* value;
  const char* by;
};
constexpr Figure kFigures[] = {
    {"revenue", "sales", "sum(total_amount) * 100", "city"},
    {"orders", "sales WHERE quantity > 0", "count(DISTINCT order_id)", "city"},
    {"units", "sales", "sum(quantity)", "city"},
    {"failed_payments", "lines WHERE payment_status = 'failed'", "count(*)", "city"},
    {"cancelled_orders", "lines WHERE status = 'cancelled'", "count(DISTINCT order_id)", "city"},
    {"returns", "sales WHERE quantity < 0", "-sum(quantity * unit_price) * 10000", "city"},
    {"events", "events", "count(*)", "event_type"},
    {"sessions", "visits", "count(*)", "device_type"},
    {"sessions_with_purchase", "visits WHERE bought", "count(*)", "device_type"},
};

// The latest version of each line, each event once, and visits that a pause of 30 minutes ends.
constexpr const char* kThings = R"(
CREATE OR REPLACE TABLE lines AS
SELECT
  value ->> 'transaction_id' AS transaction_id,
  value ->> 'order_id' AS order_id,
  value ->> 'status' AS status,
  value ->> 'payment_status' AS payment_status,
  coalesce(value ->> 'city', '') AS city,
  CAST(value ->> 'quantity' AS BIGINT) AS quantity,
  CAST(value ->> 'unit_price' AS DECIMAL(12, 4)) AS unit_price,
  CAST(value ->> 'total_amount' AS DECIMAL(12, 2)) AS total_amount,
  CAST(value ->> 'transaction_timestamp' AS TIMESTAMPTZ) AS moment,
  CAST(value ->> 'updated_at' AS TIMESTAMPTZ) AS updated_at
FROM records
WHERE line AND NOT late
QUALIFY row_number() OVER (PARTITION BY transaction_id ORDER BY updated_at DESC, "offset") = 1;

CREATE OR REPLACE TABLE sales AS
SELECT * FROM lines
WHERE status IN ('completed', 'returned') AND payment_status IN ('paid', 'refunded');

CREATE OR REPLACE TABLE events AS
SELECT
  value ->> 'event_id' AS event_id,
  value ->> 'session_id' AS session_id,
  value ->> 'event_type' AS event_type,
  coalesce(value ->> 'device_type', '') AS device_type,
  CAST(value ->> 'event_time' AS TIMESTAMPTZ) AS moment
FROM records
WHERE NOT line AND NOT late
QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY "offset") = 1;

CREATE OR REPLACE TABLE visits AS
WITH steps AS (
  SELECT *, coalesce(moment - lag(moment) OVER session >= INTERVAL 30 MINUTE, true) AS opens
  FROM events
  WINDOW session AS (PARTITION BY session_id ORDER BY moment, event_id)
),
numbered AS (
  SELECT *, count(*) FILTER (opens) OVER (PARTITION BY session_id ORDER BY moment, event_id) AS visit FROM steps
)
SELECT
  min(moment) AS moment,
  arg_min(device_type, {'moment': moment, 'event_id': event_id}) AS device_type,
  bool_or(event_type = 'purchase') AS bought
FROM numbered
GROUP BY session_id, visit;
)";

std::string WindowsOf(const Figure& figure) {
  return fmt::format(
      "SELECT '{0}' AS kpi, date_trunc('minute', moment) AS window_start, "
      "CASE WHEN grouping({1}) = 1 THEN '' ELSE '{1}' END AS dimension, "
      "CASE WHEN grouping({1}) = 1 THEN '' ELSE {1} END AS member, CAST({2} AS BIGINT) AS value FROM {3} "
      "GROUP BY GROUPING SETS ((date_trunc('minute', moment)), (date_trunc('minute', moment), {1}))",
      figure.kpi, figure.by, figure.value, figure.from);
}

Status Compute(SentRecords& sent) {
  TRY_STATUS(sent.connection().Execute(kThings));
  std::string all, names;
  for (const Figure& figure : kFigures) {
    all += (all.empty() ? "" : " UNION ALL ") + WindowsOf(figure);
    names += fmt::format("{}('{}', '{}')", names.empty() ? "" : ", ", figure.kpi, figure.by);
  }
  return sent.connection().Execute(
      fmt::format("CREATE OR REPLACE TABLE expected AS SELECT * FROM ({}) WHERE value <> 0;"
                  "CREATE OR REPLACE TABLE figures AS SELECT * FROM (VALUES {}) AS f(kpi, dimension)",
                  all, names));
}

std::string Hot(const char* table) { return store::InHotStore(table); }

// Each record that was acknowledged is there once, and nothing beside it.
Status ComparePositions(SentRecords& sent) {
  return sent.Compare(
      "records of the topics",
      fmt::format("SELECT concat(e.topic, '-', e.partition, ': ', n, ' acknowledged at ', places, "
                  "' places up to ', last, ', the stream is at ', p.next_offset) FROM (SELECT {} AS topic, "
                  "partition, count(*) AS n, count(DISTINCT \"offset\") AS places, max(\"offset\") AS last "
                  "FROM (SELECT line, partition, \"offset\" FROM records UNION ALL "
                  "SELECT line, partition, \"offset\" FROM poison) GROUP BY ALL) AS e "
                  "FULL JOIN {} AS p USING (topic, partition) "
                  "WHERE n <> places OR n <> last + 1 OR n IS DISTINCT FROM coalesce(p.next_offset, 0) AND "
                  "NOT (n IS NULL AND p.next_offset = 0)",
                  sent.TopicOf(), Hot("positions")));
}

// The last value of each window holds, and 0 is none (docs/format/hot_store.md).
Status CompareFigures(SentRecords& sent) {
  std::string last = fmt::format(
      "SELECT * FROM (FROM {} QUALIFY row_number() OVER (PARTITION BY kpi, window_start, window_end, "
      "dimension, "
      "member ORDER BY commit_number DESC) = 1) WHERE value <> 0",
      Hot("kpi_windows"));
  return sent.Compare(
      "figures",
      fmt::format("SELECT concat(kpi, ' ', dimension, ' ', member, ' at ', window_start, ': expected ', "
                  "coalesce(e.value, 0), ', is ', coalesce(k.value, 0)) FROM expected AS e FULL JOIN "
                  "(SELECT * FROM ({}) WHERE kpi IN (SELECT kpi FROM figures) AND (dimension = '' OR (kpi, "
                  "dimension) IN (SELECT (kpi, dimension) FROM figures))) AS k USING (kpi, window_start, "
                  "dimension, member) WHERE e.value IS DISTINCT FROM k.value",
                  last));
}

Status CompareOrders(SentRecords& sent) {
  return sent.Compare(
      "hot.orders",
      fmt::format(
          "SELECT concat(transaction_id, ': expected ', e.status, ' ', e.total_amount, ' of ', e.updated_at, "
          "', is ', o.status, ' ', o.total_amount, ' of ', o.updated_at) FROM (SELECT transaction_id, "
          "order_id, status, payment_status, city, quantity, unit_price, total_amount, moment, updated_at "
          "FROM lines) AS e FULL JOIN (SELECT transaction_id, order_id, status, payment_status, "
          "coalesce(city, '') AS city, quantity, unit_price, total_amount, transaction_timestamp AS moment, "
          "updated_at FROM {}) AS o USING (transaction_id) WHERE e IS DISTINCT FROM o",
          Hot("orders")));
}

Status CompareCounters(SentRecords& sent) {
  return sent.Compare(
      "counters",
      fmt::format(
          "SELECT concat(name, ': expected ', n, ', is ', value) FROM (SELECT 'late' AS name, count(*) AS n "
          "FROM records WHERE late UNION ALL SELECT 'transactions', count(*) FROM records WHERE line AND NOT "
          "late UNION ALL SELECT 'events', count(*) FROM records WHERE NOT line AND NOT late UNION ALL "
          "SELECT 'refused', count(*) FROM poison UNION ALL SELECT 'updates and duplicates', "
          "(SELECT count(*) FROM records WHERE NOT late) - (SELECT count(*) FROM lines) - "
          "(SELECT count(*) FROM events)) FULL JOIN (SELECT name, value FROM {0} WHERE name NOT IN "
          "('updates', 'duplicates') AND name NOT LIKE 'gauge.%' UNION ALL SELECT 'updates and duplicates', "
          "sum(value) FROM {0} "
          "WHERE name IN ('updates', 'duplicates')) USING (name) WHERE n IS DISTINCT FROM value",
          Hot("counters")));
}

Status CompareLate(SentRecords& sent) {
  std::string made =
      fmt::format("SELECT {} AS topic, partition, \"offset\" FROM records WHERE late", sent.TopicOf());
  std::string kept = fmt::format("SELECT topic, partition, \"offset\" FROM {}", Hot("late_records"));
  return sent.Compare("hot.late_records",
                      fmt::format("SELECT concat(what, ' ', topic, '-', partition, '@', \"offset\") FROM "
                                  "(SELECT 'missing' AS what, * FROM ({0} EXCEPT ALL {1}) "
                                  "UNION ALL SELECT 'too many', * FROM ({1} EXCEPT ALL {0}))",
                                  made, kept));
}

}  // namespace

Result<FiguresChecked> CheckHotStore(SentRecords& sent, const std::string& path) {
  TRY_STATUS(Compute(sent));
  TRY_STATUS(sent.database().Attach({path, store::kHotDatabase}));
  TRY_STATUS(ComparePositions(sent));
  TRY_STATUS(CompareFigures(sent));
  TRY_STATUS(CompareOrders(sent));
  TRY_STATUS(CompareCounters(sent));
  TRY_STATUS(CompareLate(sent));
  FiguresChecked checked;
  TRY(checked.windows, sent.Count("expected"));
  TRY(checked.lines, sent.Count("lines"));
  TRY(checked.events, sent.Count("events"));
  return checked;
}

}  // namespace souk::app
