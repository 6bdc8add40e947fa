-- When customers buy: the hours of the week, summed over the period.
WITH digits AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
days AS (
  SELECT add_days(CAST($from AS DATE), a.n + 10 * b.n + 100 * c.n + 1000 * d.n) AS calendar_day
  FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits d
  WHERE a.n + 10 * b.n + 100 * c.n + 1000 * d.n <= days_between(CAST($from AS DATE), CAST($to AS DATE))
),
week_hours AS (
  SELECT week.weekday, week.days, a.n + 10 * b.n AS hour_of_day
  FROM (
    SELECT day_of_week(calendar_day) AS weekday, COUNT(*) AS days
    FROM days
    GROUP BY day_of_week(calendar_day)
  ) week
  CROSS JOIN digits a CROSS JOIN digits b
  WHERE a.n + 10 * b.n < 24
),
sales AS (
  SELECT
    day_of_week(t.shop_day) AS weekday, t.shop_hour,
    {{ metric.revenue }} AS revenue,
    {{ metric.transactions }} AS transactions,
    {{ metric.orders }} AS orders
  FROM fact_transactions t
  WHERE t.is_sale AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY day_of_week(t.shop_day), t.shop_hour
)
SELECT
  week_hours.weekday,
  -- 1 January 2024 was a Monday.
  day_name(add_days(CAST('2023-12-31' AS DATE), week_hours.weekday)) AS day_name,
  week_hours.hour_of_day AS hour,
  COALESCE(sales.revenue, 0) AS revenue,
  COALESCE(sales.transactions, 0) AS transactions,
  COALESCE(sales.orders, 0) AS orders,
  money_div(COALESCE(sales.revenue, 0), week_hours.days) AS average_revenue
FROM week_hours
LEFT JOIN sales ON sales.weekday = week_hours.weekday AND sales.shop_hour = week_hours.hour_of_day
ORDER BY week_hours.weekday, week_hours.hour_of_day
