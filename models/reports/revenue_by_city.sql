-- Revenue by the city of the delivery.
SELECT
  COALESCE(t.city, 'Unknown') AS city,
  COALESCE(t.country, 'Unknown') AS country,
  {{ metric.revenue }} AS revenue,
  {{ metric.share }} AS share,
  {{ metric.transactions }} AS transactions,
  {{ metric.orders }} AS orders,
  {{ metric.average_order_value }} AS average_order_value
FROM fact_transactions t
WHERE t.is_sale AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
GROUP BY COALESCE(t.city, 'Unknown'), COALESCE(t.country, 'Unknown')
ORDER BY revenue DESC, city, country
LIMIT CAST($limit AS BIGINT)
