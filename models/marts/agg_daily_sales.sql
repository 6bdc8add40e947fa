-- Sales per day, category and region.
SELECT
  shop_day, category, region,
  CAST(SUM(total_amount) AS DECIMAL(18, 2)) AS revenue,
  CAST(SUM(CASE WHEN quantity > 0 THEN line_amount ELSE 0 END) AS DECIMAL(18, 4)) AS gross_sales,
  CAST(SUM(CASE WHEN quantity > 0 THEN discount ELSE 0 END) AS DECIMAL(18, 2)) AS discounts,
  CAST(-SUM(CASE WHEN quantity < 0 THEN line_amount ELSE 0 END) AS DECIMAL(18, 4)) AS returns,
  CAST(SUM(line_amount) - SUM(CASE WHEN quantity > 0 THEN discount ELSE 0 END) AS DECIMAL(18, 4)) AS net_sales,
  CAST(SUM(quantity) AS BIGINT) AS units,
  CAST(SUM(CASE WHEN quantity > 0 THEN 1 ELSE 0 END) AS BIGINT) AS transactions,
  COUNT(DISTINCT CASE WHEN quantity > 0 THEN order_id END) AS orders
FROM fact_transactions
WHERE is_sale
GROUP BY shop_day, category, region
