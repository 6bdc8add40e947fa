-- The shop's figures over a period, in one row.
SELECT
  sales.revenue, sales.transactions, sales.orders, sales.average_transaction_value, sales.average_order_value,
  sales.units, sales.gross_sales, sales.discounts, sales.returns, sales.net_sales,
  visits.sessions, visits.conversion_rate,
  sales.failed_payments, sales.failed_payment_rate, sales.cancelled_orders,
  sales.discount_rate, sales.return_rate
FROM (
  SELECT
    {{ metric.revenue }} AS revenue,
    {{ metric.transactions }} AS transactions,
    {{ metric.orders }} AS orders,
    {{ metric.average_transaction_value }} AS average_transaction_value,
    {{ metric.average_order_value }} AS average_order_value,
    {{ metric.units }} AS units,
    {{ metric.gross_sales }} AS gross_sales,
    {{ metric.discounts }} AS discounts,
    {{ metric.returns }} AS returns,
    {{ metric.net_sales }} AS net_sales,
    {{ metric.failed_payments }} AS failed_payments,
    {{ metric.failed_payment_rate }} AS failed_payment_rate,
    {{ metric.cancelled_orders }} AS cancelled_orders,
    {{ metric.discount_rate }} AS discount_rate,
    {{ metric.return_rate }} AS return_rate
  FROM fact_transactions t
  WHERE t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
) sales
CROSS JOIN (
  SELECT
    {{ metric.sessions }} AS sessions,
    {{ metric.conversion_rate }} AS conversion_rate
  FROM fact_sessions s
  WHERE s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
) visits
