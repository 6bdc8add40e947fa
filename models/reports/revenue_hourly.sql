-- The main figures hour by hour, in the shop's time. An hour that the clock leaves out in spring has no row; the one that
-- it shows twice in autumn has one.
WITH digits AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
days AS (
  SELECT add_days(CAST($from AS DATE), a.n + 10 * b.n + 100 * c.n + 1000 * d.n) AS calendar_day
  FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits d
  WHERE a.n + 10 * b.n + 100 * c.n + 1000 * d.n <= days_between(CAST($from AS DATE), CAST($to AS DATE))
),
hours AS (
  SELECT calendar_day, hour_of_day
  FROM (
    SELECT days.calendar_day, a.n + 10 * b.n AS hour_of_day
    FROM days CROSS JOIN digits a CROSS JOIN digits b
    WHERE a.n + 10 * b.n < 24
  ) clock
  WHERE shop_hour(local_to_utc(CAST(
    CAST(calendar_day AS STRING) || ' ' || LPAD(CAST(hour_of_day AS STRING), 2, '0') || ':00:00' AS TIMESTAMP))) = hour_of_day
),
sales AS (
  SELECT
    t.shop_day, t.shop_hour,
    {{ metric.revenue }} AS revenue,
    {{ metric.transactions }} AS transactions,
    {{ metric.orders }} AS orders,
    {{ metric.average_order_value }} AS average_order_value,
    {{ metric.units }} AS units
  FROM fact_transactions t
  WHERE t.is_sale AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY t.shop_day, t.shop_hour
)
SELECT
  hours.calendar_day AS day,
  hours.hour_of_day AS hour,
  COALESCE(sales.revenue, 0) AS revenue,
  CAST(SUM(COALESCE(sales.revenue, 0)) OVER (PARTITION BY hours.calendar_day ORDER BY hours.hour_of_day
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DECIMAL(18, 2)) AS revenue_of_day,
  COALESCE(sales.transactions, 0) AS transactions,
  COALESCE(sales.orders, 0) AS orders,
  sales.average_order_value,
  COALESCE(sales.units, 0) AS units
FROM hours
LEFT JOIN sales ON sales.shop_day = hours.calendar_day AND sales.shop_hour = hours.hour_of_day
ORDER BY hours.calendar_day, hours.hour_of_day
