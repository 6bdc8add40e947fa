-- The main figures day by day; a day on which nothing happened has a row too.
WITH digits AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
days AS (
  SELECT add_days(CAST($from AS DATE), a.n + 10 * b.n + 100 * c.n + 1000 * d.n) AS calendar_day
  FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits d
  WHERE a.n + 10 * b.n + 100 * c.n + 1000 * d.n <= days_between(CAST($from AS DATE), CAST($to AS DATE))
),
sales AS (
  SELECT
    days.calendar_day,
    {{ metric.revenue }} AS revenue,
    {{ metric.transactions }} AS transactions,
    {{ metric.orders }} AS orders,
    {{ metric.average_transaction_value }} AS average_transaction_value,
    {{ metric.average_order_value }} AS average_order_value,
    {{ metric.units }} AS units,
    {{ metric.gross_sales }} AS gross_sales,
    {{ metric.discounts }} AS discounts,
    {{ metric.returns }} AS returns,
    {{ metric.net_sales }} AS net_sales
  FROM days
  LEFT JOIN fact_transactions t ON t.shop_day = days.calendar_day
    AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY days.calendar_day
),
visits AS (
  SELECT
    days.calendar_day,
    {{ metric.sessions }} AS sessions,
    {{ metric.conversion_rate }} AS conversion_rate
  FROM days
  LEFT JOIN fact_sessions s ON s.shop_day = days.calendar_day
    AND s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
  GROUP BY days.calendar_day
)
SELECT
  sales.calendar_day AS day,
  sales.revenue, sales.transactions, sales.orders,
  sales.average_transaction_value, sales.average_order_value, sales.units,
  visits.sessions, visits.conversion_rate,
  sales.gross_sales, sales.discounts, sales.returns, sales.net_sales
FROM sales
JOIN visits ON visits.calendar_day = sales.calendar_day
ORDER BY sales.calendar_day
