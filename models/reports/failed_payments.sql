-- Why payments failed.
SELECT
  COALESCE(t.failure_reason, 'not stated') AS failure_reason,
  {{ metric.failed_payments }} AS failed_payments,
  ratio({{ metric.failed_payments }}, SUM({{ metric.failed_payments }}) OVER ()) AS failed_share,
  COUNT(DISTINCT t.order_id) AS failed_orders,
  {{ metric.failed_amount }} AS failed_amount
FROM fact_transactions t
WHERE t.payment_status = 'failed' AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
GROUP BY COALESCE(t.failure_reason, 'not stated')
ORDER BY failed_payments DESC, failure_reason
