-- How long the stock lasts at the pace of the last 28 days, the shortest first.
WITH sold AS (
  SELECT t.product_id, {{ metric.units }} AS units
  FROM fact_transactions t
  WHERE t.is_sale AND t.product_id IS NOT NULL
    AND t.shop_day BETWEEN add_days(CAST($to AS DATE), -27) AND CAST($to AS DATE)
  GROUP BY t.product_id
)
SELECT
  p.product_id, p.name, p.category,
  p.stock_quantity,
  COALESCE(sold.units, 0) AS units_of_28_days,
  price_div(COALESCE(sold.units, 0), 28) AS units_per_day,
  CASE WHEN sold.units > 0 THEN money_div(28 * p.stock_quantity, sold.units) END AS days_of_cover
FROM dim_products p
LEFT JOIN sold ON sold.product_id = p.product_id
WHERE p.is_current AND p.active AND NOT p.is_charge AND p.stock_quantity IS NOT NULL {{ filters dim_products p }}
ORDER BY CASE WHEN sold.units > 0 THEN 0 ELSE 1 END, days_of_cover, units_of_28_days DESC, p.product_id
LIMIT CAST($limit AS BIGINT)
