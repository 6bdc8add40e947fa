#include "serve/live_rows.h"

#include <fmt/format.h>

namespace souk::serve {
namespace {

using stream::Subject;

// Lines with what the stream knows of them besides: their category and why they do not count.
constexpr const char* kLines = R"(things AS (
  SELECT o.*, {category} AS category, {name} AS name,
    line_exclusion(o.order_id, o.product_id, o.quantity, o.unit_price) AS exclusion
  FROM hot.orders o{products}
))";
constexpr const char* kProducts = R"(
  LEFT JOIN (SELECT product_id, name, category FROM ecommerce.dim_products WHERE is_current) p
    ON p.product_id = o.product_id)";
constexpr const char* kShownOfLines = R"(
  shop_day(transaction_timestamp) AS day,
  SUBSTR(CAST(shop_time(transaction_timestamp) AS VARCHAR), 12, 8) AS time,
  order_id, transaction_id, user_id, product_id, name, category, quantity, money_round(unit_price) AS unit_price,
  discount, tax, shipping, total_amount, status, payment_method, payment_status, failure_reason,
  city, country, region, device_type AS device, traffic_source AS source)";

// Visits as their events tell them: the fields of src/stream/visit.h.
constexpr const char* kVisits = R"(steps AS (
  SELECT *, min(event_time) FILTER (event_type = 'view') OVER (PARTITION BY session_id) AS first_view
  FROM hot.events
),
visits AS (
  SELECT
    session_id, min(user_id) AS user_id, min(event_time) AS started_at, max(event_time) AS ended_at, count(*) AS events,
    arg_min(device_type, event_time) AS device_type, arg_min(traffic_source, event_time) AS traffic_source,
    arg_min(campaign, event_time) AS campaign, arg_min(city, event_time) AS city, arg_min(country, event_time) AS country,
    bool_or(event_type = 'view') AS has_view, bool_or(event_type = 'add_to_cart') AS has_cart,
    bool_or(event_type = 'purchase') AS has_purchase,
    min(event_time) FILTER (event_type = 'add_to_cart' AND event_time >= first_view) AS cart_after,
    max(event_time) FILTER (event_type = 'add_to_cart') AS last_add_at,
    max(event_time) FILTER (event_type = 'purchase') AS last_purchase
  FROM steps
  GROUP BY session_id
),
things AS (
  SELECT *, coalesce(user_id, session_id) AS visitor_id, cart_after IS NOT NULL AS cart_after_view,
    coalesce(last_purchase >= cart_after, false) AS purchase_after_cart,
    CASE WHEN last_add_at IS NULL THEN 'none' WHEN last_purchase >= last_add_at THEN 'bought'
      WHEN last_add_at + to_microseconds({cart}) > CAST($now AS TIMESTAMPTZ) THEN 'open' ELSE 'abandoned' END AS cart
  FROM visits
))";
constexpr const char* kShownOfVisits = R"(
  session_id AS session_key,
  shop_day(started_at) AS day,
  SUBSTR(CAST(shop_time(started_at) AS VARCHAR), 12, 8) AS time,
  session_id, user_id,
  CASE WHEN has_purchase THEN 'bought' WHEN has_cart THEN 'put something in the cart'
    WHEN has_view THEN 'looked at a product' ELSE 'came' END AS outcome,
  events, CAST(seconds_between(started_at, ended_at) AS BIGINT) AS seconds,
  device_type AS device, traffic_source AS source)";

std::string Things(Subject subject, const LiveRowsRequest& request) {
  if (subject == Subject::kVisits) return fmt::format(kVisits, fmt::arg("cart", request.cart_timeout));
  bool known = request.has_warehouse;
  return fmt::format(
      kLines, fmt::arg("products", known ? kProducts : ""),
      fmt::arg("name", known ? "coalesce(p.name, o.product_name, o.product_id)"
                             : "coalesce(o.product_name, o.product_id)"),
      fmt::arg("category", known ? "coalesce(o.product_category, p.category)" : "o.product_category"));
}

}  // namespace

std::string_view LiveRowsReport(Subject subject) {
  return subject == Subject::kVisits ? "visits" : "order_lines";
}

Result<LiveRows> ReadLiveRows(sql::QueryDoor& door, const stream::Definition& figure,
                              const LiveRowsRequest& request, const sql::QueryOptions& options) {
  if (figure.subject == Subject::kClickstream)
    return Fail(Code::kUnsupported, "{} is made of events; look at them in their topic", figure.name);
  std::string where = figure.condition;
  std::vector<sql::Parameter> parameters = {{"now", FormatUtcMicros(request.now)}, {"limit", request.limit}};
  if (!figure.time.empty()) {
    where += fmt::format(" AND \"{0}\" >= CAST($from AS TIMESTAMPTZ) AND \"{0}\" < CAST($to AS TIMESTAMPTZ)",
                         figure.time);
    parameters.push_back({"from", FormatUtcMicros(request.from)});
    parameters.push_back({"to", FormatUtcMicros(request.to)});
  }
  if (!request.by.empty()) {
    auto field = stream::FindField(figure.subject, request.by);
    if (!field || stream::FieldsOf(figure.subject)[*field].type != record::FieldType::kText)
      return Fail(Code::kInvalid, "by='{}' is no dimension of {}", request.by, figure.name);
    where += fmt::format(" AND coalesce({}, '') = $member", sql::QuoteName(request.by));
    parameters.push_back({"member", request.member});
  }
  bool visits = figure.subject == Subject::kVisits;
  LiveRows rows;
  rows.sql = fmt::format(
      "WITH {}\nSELECT{}\nFROM things\nWHERE {}\nORDER BY {} DESC, {}\nLIMIT CAST($limit AS BIGINT)",
      Things(figure.subject, request), visits ? kShownOfVisits : kShownOfLines, where,
      visits ? "started_at" : "transaction_timestamp", visits ? "session_id" : "transaction_id");
  TRY(auto answer, door.Run(governance::LocalOwner(), rows.sql, parameters, options));
  rows.table = std::move(answer.table);
  return rows;
}

}  // namespace souk::serve
