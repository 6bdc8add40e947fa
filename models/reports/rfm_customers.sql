-- The customers behind the segments of customer_segments, those who brought in most first.
WITH orders AS (
  SELECT
    t.user_id, t.order_id,
    SUM(t.total_amount) AS revenue,
    MAX(CASE WHEN t.quantity > 0 THEN t.shop_day END) AS order_day
  FROM fact_transactions t
  WHERE t.is_sale AND t.user_id IS NOT NULL AND t.shop_day <= CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY t.user_id, t.order_id
),
customers AS (
  SELECT
    user_id,
    MAX(order_day) AS last_order_day,
    days_between(MAX(order_day), CAST($to AS DATE)) AS recency_days,
    COUNT(order_day) AS orders,
    CAST(SUM(revenue) AS DECIMAL(18, 2)) AS revenue
  FROM orders
  GROUP BY user_id
  HAVING COUNT(order_day) > 0
),
ranked AS (
  SELECT
    customers.*,
    RANK() OVER (ORDER BY recency_days DESC) AS recency_rank,
    RANK() OVER (ORDER BY orders) AS frequency_rank,
    RANK() OVER (ORDER BY revenue) AS monetary_rank,
    COUNT(*) OVER () AS ranked_customers
  FROM customers
),
scored AS (
  SELECT
    ranked.*,
    {{ metric.recency_score }} AS recency_score,
    {{ metric.frequency_score }} AS frequency_score,
    {{ metric.monetary_score }} AS monetary_score
  FROM ranked
)
SELECT
  user_id, segment, last_order_day, recency_days, orders, revenue,
  recency_score, frequency_score, monetary_score
FROM (SELECT scored.*, {{ metric.rfm_segment }} AS segment FROM scored) segmented
WHERE segment IS NOT NULL {{ filter rfm_segment segment }}
ORDER BY revenue DESC, user_id
LIMIT CAST($limit AS BIGINT)
