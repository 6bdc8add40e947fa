-- Customers by the month of their first order, and how many of them ordered again in the months after.
WITH digits AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
monthly AS (
  SELECT
    t.user_id, month_start(t.shop_day) AS order_month,
    SUM(t.total_amount) AS revenue,
    MAX(CASE WHEN t.quantity > 0 THEN 1 ELSE 0 END) AS ordered
  FROM fact_transactions t
  WHERE t.is_sale AND t.user_id IS NOT NULL AND t.shop_day <= CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY t.user_id, month_start(t.shop_day)
),
placed AS (
  SELECT order_month, MIN(order_month) OVER (PARTITION BY user_id) AS cohort
  FROM monthly
  WHERE ordered = 1
),
active AS (
  SELECT
    cohort,
    12 * (YEAR(order_month) - YEAR(cohort)) + MONTH(order_month) - MONTH(cohort) AS months_after,
    COUNT(*) AS customers
  FROM placed
  GROUP BY cohort, 12 * (YEAR(order_month) - YEAR(cohort)) + MONTH(order_month) - MONTH(cohort)
),
sizes AS (
  SELECT cohort, customers AS cohort_size FROM active WHERE months_after = 0
),
grid AS (
  SELECT s.*, n.n AS months_after
  FROM sizes s
  CROSS JOIN (SELECT a.n + 10 * b.n + 100 * c.n AS n FROM digits a CROSS JOIN digits b CROSS JOIN digits c) n
  WHERE s.cohort >= month_start(CAST($from AS DATE))
    AND n.n <= 12 * (YEAR(CAST($to AS DATE)) - YEAR(s.cohort)) + MONTH(CAST($to AS DATE)) - MONTH(s.cohort)
)
SELECT
  grid.cohort, grid.months_after, grid.cohort_size,
  COALESCE(active.customers, 0) AS customers,
  ratio(COALESCE(active.customers, 0), grid.cohort_size) AS retention
FROM grid
LEFT JOIN active ON active.cohort = grid.cohort AND active.months_after = grid.months_after
ORDER BY grid.cohort, grid.months_after
