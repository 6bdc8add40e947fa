-- Revenue by the category of the product.
SELECT
  t.category,
  {{ metric.revenue }} AS revenue,
  {{ metric.share }} AS share,
  {{ metric.transactions }} AS transactions,
  {{ metric.units }} AS units
FROM fact_transactions t
WHERE t.is_sale AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
GROUP BY t.category
ORDER BY revenue DESC, t.category
