-- Customers who bought for the first time in the period, and those who had bought before. The first order is that of the
-- whole history, whatever the filters.
WITH first_orders AS (
  SELECT user_id, MIN(shop_day) AS first_day
  FROM fact_transactions
  WHERE is_sale AND quantity > 0 AND user_id IS NOT NULL
  GROUP BY user_id
),
lines AS (
  SELECT
    t.order_id, t.user_id, t.is_sale, t.quantity, t.total_amount,
    CASE
      WHEN t.user_id IS NULL THEN 3
      WHEN f.first_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) THEN 1
      ELSE 2
    END AS place
  FROM fact_transactions t
  LEFT JOIN first_orders f ON f.user_id = t.user_id
  WHERE t.is_sale AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
),
kinds AS (
  SELECT 1 AS place, 'New' AS kind UNION ALL SELECT 2, 'Returning' UNION ALL SELECT 3, 'Guest'
)
SELECT
  kinds.kind,
  CASE WHEN kinds.place < 3 THEN {{ metric.customers }} END AS customers,
  {{ metric.orders }} AS orders,
  {{ metric.revenue }} AS revenue,
  {{ metric.share }} AS share,
  {{ metric.average_order_value }} AS average_order_value,
  CASE WHEN kinds.place < 3 THEN money_div({{ metric.orders }}, {{ metric.customers }}) END AS orders_per_customer
FROM kinds
LEFT JOIN lines ON lines.place = kinds.place
GROUP BY kinds.place, kinds.kind
ORDER BY kinds.place
