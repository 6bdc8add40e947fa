-- Carts day by day. A cart is what a visit added and its visitor had not bought by then; it is abandoned when the visitor
-- buys nothing in the 60 minutes after the last add. A cart younger than that is open.
WITH digits AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
days AS (
  SELECT add_days(CAST($from AS DATE), a.n + 10 * b.n + 100 * c.n + 1000 * d.n) AS calendar_day
  FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits d
  WHERE a.n + 10 * b.n + 100 * c.n + 1000 * d.n <= days_between(CAST($from AS DATE), CAST($to AS DATE))
),
known AS (
  SELECT MAX(ended_at) AS until_time FROM fact_sessions
),
-- One look at the events for both: finding their files takes longer than reading them. Purchases count in any visit,
-- adds in those that were asked for.
happened AS (
  SELECT
    s.session_key, s.visitor_id, s.shop_day, e.event_type, e.product_id, e.event_time, e.price,
    COALESCE(e.quantity, 1) AS quantity,
    CASE WHEN s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
      THEN 1 ELSE 0 END AS is_asked
  FROM fact_clickstream e
  JOIN fact_sessions s ON s.session_key = e.session_key
  WHERE e.event_type IN ('add_to_cart', 'purchase') AND (s.has_cart OR s.has_purchase)
    AND e.shop_day BETWEEN CAST($from AS DATE) AND add_days(CAST($to AS DATE), 2)
    AND s.shop_day BETWEEN add_days(CAST($from AS DATE), -1) AND add_days(CAST($to AS DATE), 2)
),
adds AS (
  SELECT session_key, visitor_id, shop_day, product_id, event_time, price, quantity
  FROM happened
  WHERE event_type = 'add_to_cart' AND is_asked = 1
),
purchases AS (
  SELECT visitor_id, event_time
  FROM happened
  WHERE event_type = 'purchase'
),
carts AS (
  SELECT c.session_key, c.shop_day, c.last_add_at,
    MAX(CASE WHEN p.event_time < c.last_add_at THEN p.event_time END) AS bought_before,
    MIN(CASE WHEN p.event_time >= c.last_add_at THEN p.event_time END) AS bought_after
  FROM (
    SELECT session_key, visitor_id, shop_day, MAX(event_time) AS last_add_at
    FROM adds
    GROUP BY session_key, visitor_id, shop_day
  ) c
  LEFT JOIN purchases p ON p.visitor_id = c.visitor_id
  GROUP BY c.session_key, c.shop_day, c.last_add_at
),
judged AS (
  SELECT
    carts.session_key, carts.shop_day, carts.bought_before,
    seconds_between(carts.last_add_at, known.until_time) AS age_seconds,
    CASE
      WHEN micros_between(carts.last_add_at, carts.bought_after) <= 3600000000 THEN 'bought'
      WHEN micros_between(carts.last_add_at, known.until_time) < 3600000000 THEN 'open'
      ELSE 'abandoned'
    END AS fate
  FROM carts CROSS JOIN known
),
contents AS (
  SELECT
    j.session_key,
    CAST(SUM(a.quantity) AS BIGINT) AS items,
    SUM(a.quantity * COALESCE(a.price, p.price)) AS value
  FROM judged j
  JOIN adds a ON a.session_key = j.session_key
  LEFT JOIN dim_products p ON p.product_id = a.product_id AND p.is_current
  WHERE j.fate = 'abandoned' AND (j.bought_before IS NULL OR a.event_time > j.bought_before)
  GROUP BY j.session_key
),
by_day AS (
  SELECT
    j.shop_day,
    COUNT(*) AS carts,
    COUNT(CASE WHEN j.fate = 'abandoned' THEN 1 END) AS abandoned,
    COUNT(CASE WHEN j.fate = 'open' THEN 1 END) AS open_carts,
    CAST(SUM(c.items) AS BIGINT) AS items,
    money_round(SUM(c.value)) AS value,
    SUM(CASE WHEN j.fate = 'abandoned' THEN j.age_seconds END) AS age_seconds
  FROM judged j
  LEFT JOIN contents c ON c.session_key = j.session_key
  GROUP BY j.shop_day
)
SELECT
  days.calendar_day AS day,
  COALESCE(by_day.carts, 0) AS carts,
  COALESCE(by_day.open_carts, 0) AS open_carts,
  COALESCE(by_day.abandoned, 0) AS abandoned_carts,
  ratio(by_day.abandoned, by_day.carts - by_day.open_carts) AS abandonment_rate,
  COALESCE(by_day.items, 0) AS items,
  COALESCE(by_day.value, 0) AS value,
  money_div(by_day.value, by_day.abandoned) AS average_value,
  money_div(by_day.age_seconds, 3600 * by_day.abandoned) AS average_age_hours
FROM days
LEFT JOIN by_day ON by_day.shop_day = days.calendar_day
ORDER BY days.calendar_day
