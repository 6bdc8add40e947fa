-- Every visit: what its first event says of it, and how far it came. A visit belongs to the day on which it began.
WITH visits AS (
  SELECT
    session_key,
    MIN(user_id) AS user_id,
    MIN(event_time) AS started_at,
    MAX(event_time) AS ended_at,
    COUNT(*) AS events,
    MAX(CASE WHEN event_type = 'view' THEN 1 ELSE 0 END) AS views,
    MAX(CASE WHEN event_type = 'add_to_cart' THEN 1 ELSE 0 END) AS carts,
    MAX(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END) AS purchases
  FROM fact_clickstream
  GROUP BY session_key
),
openings AS (
  SELECT session_key, session_id, shop_day, device_type, traffic_source, region
  FROM (
    SELECT
      e.session_key, e.session_id, e.shop_day, e.device_type, e.traffic_source, e.region,
      ROW_NUMBER() OVER (PARTITION BY e.session_key ORDER BY e.event_id) AS place
    FROM visits v
    JOIN fact_clickstream e ON e.session_key = v.session_key AND e.event_time = v.started_at
  ) ordered
  WHERE place = 1
)
SELECT
  v.session_key, o.session_id, v.user_id,
  COALESCE(v.user_id, o.session_id) AS visitor_id,
  o.shop_day, v.started_at, v.ended_at, v.events,
  o.device_type, o.traffic_source, o.region, u.segment,
  v.views = 1 AS has_view, v.carts = 1 AS has_cart, v.purchases = 1 AS has_purchase
FROM visits v
JOIN openings o ON o.session_key = v.session_key
LEFT JOIN dim_users u ON u.user_id = v.user_id
  AND v.started_at >= u.valid_from AND v.started_at < COALESCE(u.valid_to, forever())
