-- What customers brought in by the month of their first order, month by month and added up. What came back before a
-- customer's first known order is left out.
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
first_orders AS (
  SELECT user_id, MIN(order_month) AS cohort
  FROM monthly
  WHERE ordered = 1
  GROUP BY user_id
),
earned AS (
  SELECT
    f.cohort,
    12 * (YEAR(m.order_month) - YEAR(f.cohort)) + MONTH(m.order_month) - MONTH(f.cohort) AS months_after,
    CAST(SUM(m.revenue) AS DECIMAL(18, 2)) AS revenue
  FROM monthly m
  JOIN first_orders f ON f.user_id = m.user_id
  WHERE m.order_month >= f.cohort
  GROUP BY f.cohort, 12 * (YEAR(m.order_month) - YEAR(f.cohort)) + MONTH(m.order_month) - MONTH(f.cohort)
),
sizes AS (
  SELECT cohort, COUNT(*) AS cohort_size FROM first_orders GROUP BY cohort
),
grid AS (
  SELECT s.*, n.n AS months_after
  FROM sizes s
  CROSS JOIN (SELECT a.n + 10 * b.n + 100 * c.n AS n FROM digits a CROSS JOIN digits b CROSS JOIN digits c) n
  WHERE s.cohort >= month_start(CAST($from AS DATE))
    AND n.n <= 12 * (YEAR(CAST($to AS DATE)) - YEAR(s.cohort)) + MONTH(CAST($to AS DATE)) - MONTH(s.cohort)
),
summed AS (
  SELECT
    grid.cohort, grid.months_after, grid.cohort_size,
    COALESCE(earned.revenue, 0) AS revenue,
    CAST(SUM(COALESCE(earned.revenue, 0)) OVER (PARTITION BY grid.cohort ORDER BY grid.months_after
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DECIMAL(18, 2)) AS lifetime_revenue
  FROM grid
  LEFT JOIN earned ON earned.cohort = grid.cohort AND earned.months_after = grid.months_after
)
SELECT cohort, months_after, cohort_size, revenue, lifetime_revenue, money_div(lifetime_revenue, cohort_size) AS lifetime_value
FROM summed
ORDER BY cohort, months_after
