-- How far visits came: viewed a product, put one into the cart after that, bought after that. Events of the same moment
-- count as in order. Only visits with both a view and a cart need a look at their events.
WITH visits AS (
  SELECT s.session_key, s.has_view, s.has_cart, s.has_purchase
  FROM fact_sessions s
  WHERE s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
),
steps_taken AS (
  SELECT e.session_key, e.event_type, e.event_time
  FROM fact_clickstream e
  JOIN visits v ON v.session_key = e.session_key
  WHERE v.has_view AND v.has_cart AND e.event_type IN ('view', 'add_to_cart', 'purchase')
    AND e.shop_day BETWEEN CAST($from AS DATE) AND add_days(CAST($to AS DATE), 1)
),
viewed AS (
  SELECT session_key, MIN(event_time) AS viewed_at
  FROM steps_taken
  WHERE event_type = 'view'
  GROUP BY session_key
),
carted AS (
  SELECT e.session_key, MIN(e.event_time) AS carted_at
  FROM steps_taken e
  JOIN viewed ON viewed.session_key = e.session_key
  WHERE e.event_type = 'add_to_cart' AND e.event_time >= viewed.viewed_at
  GROUP BY e.session_key
),
bought AS (
  SELECT DISTINCT e.session_key
  FROM steps_taken e
  JOIN carted ON carted.session_key = e.session_key
  WHERE e.event_type = 'purchase' AND e.event_time >= carted.carted_at
),
funnel AS (
  SELECT 1 AS step, 'Viewed a product' AS name, COUNT(CASE WHEN has_view THEN 1 END) AS sessions FROM visits
  UNION ALL
  SELECT 2 AS step, 'Put one into the cart' AS name, COUNT(*) AS sessions FROM carted
  UNION ALL
  SELECT 3 AS step, 'Bought' AS name, COUNT(*) AS sessions FROM bought
)
SELECT
  step, name, sessions,
  ratio(sessions, FIRST_VALUE(sessions) OVER (ORDER BY step)) AS rate,
  ratio(sessions, LAG(sessions) OVER (ORDER BY step)) AS step_rate,
  LAG(sessions) OVER (ORDER BY step) - sessions AS drop_off,
  ratio(LAG(sessions) OVER (ORDER BY step) - sessions, LAG(sessions) OVER (ORDER BY step)) AS drop_off_rate
FROM funnel
ORDER BY step
