-- Orders that were cancelled, by the day on which they were placed; a day without any has a row too.
WITH digits AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
days AS (
  SELECT add_days(CAST($from AS DATE), a.n + 10 * b.n + 100 * c.n + 1000 * d.n) AS calendar_day
  FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits d
  WHERE a.n + 10 * b.n + 100 * c.n + 1000 * d.n <= days_between(CAST($from AS DATE), CAST($to AS DATE))
),
placed AS (
  SELECT
    t.shop_day,
    {{ metric.placed_orders }} AS placed_orders,
    {{ metric.cancelled_orders }} AS cancelled_orders,
    {{ metric.cancelled_amount }} AS cancelled_amount
  FROM fact_transactions t
  WHERE t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY t.shop_day
)
SELECT
  days.calendar_day AS day,
  COALESCE(placed.placed_orders, 0) AS placed_orders,
  COALESCE(placed.cancelled_orders, 0) AS cancelled_orders,
  ratio(placed.cancelled_orders, placed.placed_orders) AS cancellation_rate,
  COALESCE(placed.cancelled_amount, 0) AS cancelled_amount
FROM days
LEFT JOIN placed ON placed.shop_day = days.calendar_day
ORDER BY days.calendar_day
