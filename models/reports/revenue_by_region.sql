-- Revenue by the region of the sale.
SELECT
  t.region,
  {{ metric.revenue }} AS revenue,
  {{ metric.share }} AS share,
  {{ metric.orders }} AS orders
FROM fact_transactions t
WHERE t.is_sale AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
GROUP BY t.region
ORDER BY revenue DESC, t.region
