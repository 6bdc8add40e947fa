-- Every event of a person, with its visit, and with customer and product as they were then. A session_id that falls silent
-- for more than 30 minutes begins a new visit: its first visit keeps the session_id as session_key, the others get a number.
-- Visits at a robot's pace are in robot_visits instead.
WITH odd AS (
  SELECT session_id, COUNT(*) AS events, micros_between(MIN(event_time), MAX(event_time)) AS micros
  FROM stg_clickstream
  GROUP BY session_id
  HAVING micros_between(MIN(event_time), MAX(event_time)) > 1800000000
    OR is_robot_pace(COUNT(*), micros_between(MIN(event_time), MAX(event_time)))
),
gaps AS (
  SELECT
    e.event_id, e.session_id, e.event_time,
    CASE WHEN micros_between(
      LAG(e.event_time) OVER (PARTITION BY e.session_id ORDER BY e.event_time, e.event_id), e.event_time) > 1800000000
      THEN 1 ELSE 0 END AS begins_visit
  FROM stg_clickstream e
  JOIN odd o ON o.session_id = e.session_id
  WHERE o.micros > 1800000000
),
split_events AS (
  SELECT
    event_id,
    SUM(begins_visit) OVER (PARTITION BY session_id ORDER BY event_time, event_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS visit
  FROM gaps
)
SELECT
  e.event_id,
  u.user_key, e.user_id,
  e.session_id,
  CASE WHEN s.visit > 0 THEN e.session_id || '#' || CAST(s.visit + 1 AS STRING) ELSE e.session_id END AS session_key,
  e.event_time, e.shop_day, e.shop_hour,
  day_of_week(e.shop_day) AS day_of_week, day_of_week(e.shop_day) >= 6 AS is_weekend,
  e.event_type,
  e.product_id, e.order_id, e.quantity, e.price, e.search_query, e.search_results,
  e.device_type, e.traffic_source, e.campaign, e.city,
  COALESCE(e.country, 'Unknown') AS region,
  p.category,
  u.segment,
  e.year, e.month, e.day
FROM stg_clickstream e
LEFT JOIN split_events s ON s.event_id = e.event_id
LEFT JOIN dim_users u ON u.user_id = e.user_id
  AND e.event_time >= u.valid_from AND e.event_time < COALESCE(u.valid_to, forever())
LEFT JOIN dim_products p ON p.product_id = e.product_id
  AND e.event_time >= p.valid_from AND e.event_time < COALESCE(p.valid_to, forever())
WHERE NOT EXISTS (SELECT 1 FROM odd o WHERE o.session_id = e.session_id AND is_robot_pace(o.events, o.micros))
