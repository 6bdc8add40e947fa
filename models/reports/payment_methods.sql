-- What was paid how, and how often that failed.
SELECT
  t.payment_method,
  {{ metric.revenue }} AS revenue,
  {{ metric.share }} AS share,
  {{ metric.transactions }} AS transactions,
  {{ metric.orders }} AS orders,
  {{ metric.average_order_value }} AS average_order_value,
  {{ metric.failed_payments }} AS failed_payments,
  {{ metric.failed_payment_rate }} AS failed_payment_rate
FROM fact_transactions t
WHERE t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
GROUP BY t.payment_method
ORDER BY revenue DESC, t.payment_method
