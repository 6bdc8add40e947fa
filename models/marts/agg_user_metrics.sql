-- What every customer bought and brought in, and the visits that were logged in.
WITH sales AS (
  SELECT
    user_id,
    COUNT(DISTINCT CASE WHEN quantity > 0 THEN order_id END) AS orders,
    CAST(SUM(CASE WHEN quantity > 0 THEN 1 ELSE 0 END) AS BIGINT) AS transactions,
    CAST(SUM(quantity) AS BIGINT) AS units,
    CAST(SUM(total_amount) AS DECIMAL(18, 2)) AS lifetime_value,
    CAST(SUM(profit) AS DECIMAL(18, 4)) AS profit,
    CAST(-SUM(CASE WHEN quantity < 0 THEN line_amount ELSE 0 END) AS DECIMAL(18, 4)) AS returns,
    MIN(CASE WHEN quantity > 0 THEN transaction_timestamp END) AS first_order_at,
    MAX(CASE WHEN quantity > 0 THEN transaction_timestamp END) AS last_order_at,
    MIN(CASE WHEN quantity > 0 THEN shop_day END) AS first_order_day,
    MAX(CASE WHEN quantity > 0 THEN shop_day END) AS last_order_day
  FROM fact_transactions
  WHERE is_sale AND user_id IS NOT NULL
  GROUP BY user_id
),
visits AS (
  SELECT
    user_id,
    COUNT(*) AS sessions,
    CAST(SUM(CASE WHEN has_purchase THEN 1 ELSE 0 END) AS BIGINT) AS sessions_with_purchase,
    MAX(ended_at) AS last_seen_at
  FROM fact_sessions
  WHERE user_id IS NOT NULL
  GROUP BY user_id
)
SELECT
  u.user_id, u.segment, u.acquisition_channel, u.signup_at,
  COALESCE(s.orders, 0) AS orders,
  COALESCE(s.transactions, 0) AS transactions,
  COALESCE(s.units, 0) AS units,
  COALESCE(s.lifetime_value, CAST(0 AS DECIMAL(18, 2))) AS lifetime_value,
  money_div(s.lifetime_value, s.orders) AS average_order_value,
  s.profit,
  COALESCE(s.returns, CAST(0 AS DECIMAL(18, 4))) AS returns,
  s.first_order_at, s.last_order_at, s.first_order_day, s.last_order_day,
  COALESCE(v.sessions, 0) AS sessions,
  COALESCE(v.sessions_with_purchase, 0) AS sessions_with_purchase,
  v.last_seen_at
FROM dim_users u
LEFT JOIN sales s ON s.user_id = u.user_id
LEFT JOIN visits v ON v.user_id = u.user_id
WHERE u.is_current
