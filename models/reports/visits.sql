-- The visits behind a figure, the newest first, and how far each came. Times are those of the shop's clock.
SELECT
  CAST(s.session_key AS STRING) AS session_key,
  s.shop_day AS day,
  SUBSTR(CAST(shop_time(s.started_at) AS STRING), 12, 8) AS time,
  s.session_id, s.user_id,
  CASE
    WHEN s.has_purchase THEN 'bought'
    WHEN s.has_cart THEN 'put something in the cart'
    WHEN s.has_view THEN 'looked at a product'
    ELSE 'came'
  END AS outcome,
  s.events,
  CAST(seconds_between(s.started_at, s.ended_at) AS BIGINT) AS seconds,
  s.device_type AS device, s.traffic_source AS source, s.region, s.segment
FROM fact_sessions s
WHERE s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
ORDER BY s.started_at DESC, s.session_key
LIMIT CAST($limit AS BIGINT)
