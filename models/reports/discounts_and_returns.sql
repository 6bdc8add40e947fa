-- What was taken off and what came back, by the category of the product.
SELECT
  t.category,
  {{ metric.gross_sales }} AS gross_sales,
  {{ metric.discounts }} AS discounts,
  {{ metric.discount_rate }} AS discount_rate,
  {{ metric.returns }} AS returns,
  {{ metric.return_rate }} AS return_rate,
  {{ metric.net_sales }} AS net_sales
FROM fact_transactions t
WHERE t.is_sale AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
GROUP BY t.category
ORDER BY gross_sales DESC, t.category
