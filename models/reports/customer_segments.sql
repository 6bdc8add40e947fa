-- Customers by how recently, how often and for how much they bought (RFM), as of the last day of the period.
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
),
-- Summed by scores first: at most 125 rows are left to be named.
cells AS (
  SELECT
    recency_score, frequency_score, monetary_score,
    COUNT(*) AS customers, SUM(revenue) AS revenue, SUM(recency_days) AS recency_days, SUM(orders) AS orders
  FROM scored
  GROUP BY recency_score, frequency_score, monetary_score
),
grouped AS (
  SELECT
    segment,
    CAST(SUM(customers) AS BIGINT) AS customers,
    CAST(SUM(revenue) AS DECIMAL(18, 2)) AS revenue,
    money_div(SUM(recency_days), SUM(customers)) AS average_recency_days,
    money_div(SUM(orders), SUM(customers)) AS average_orders,
    money_div(SUM(revenue), SUM(customers)) AS average_revenue
  FROM (SELECT cells.*, {{ metric.rfm_segment }} AS segment FROM cells) segmented
  GROUP BY segment
),
segments AS (
  SELECT 1 AS place, 'Champions' AS segment UNION ALL SELECT 2, 'Loyal' UNION ALL SELECT 3, 'Potential loyalist'
  UNION ALL SELECT 4, 'New' UNION ALL SELECT 5, 'Promising' UNION ALL SELECT 6, 'Need attention'
  UNION ALL SELECT 7, 'About to sleep' UNION ALL SELECT 8, 'At risk' UNION ALL SELECT 9, 'Cannot lose'
  UNION ALL SELECT 10, 'Hibernating' UNION ALL SELECT 11, 'Lost'
)
SELECT
  segments.segment,
  COALESCE(grouped.customers, 0) AS customers,
  ratio(COALESCE(grouped.customers, 0), SUM(grouped.customers) OVER ()) AS customer_share,
  COALESCE(grouped.revenue, 0) AS revenue,
  ratio(COALESCE(grouped.revenue, 0), SUM(grouped.revenue) OVER ()) AS share,
  grouped.average_recency_days, grouped.average_orders, grouped.average_revenue
FROM segments
LEFT JOIN grouped ON grouped.segment = segments.segment
ORDER BY segments.place
