-- Revenue per day and category: agg_daily_sales without the region, for dashboards that ask for just that.
SELECT
  shop_day, category,
  CAST(SUM(total_amount) AS DECIMAL(18, 2)) AS revenue,
  CAST(SUM(profit) AS DECIMAL(18, 4)) AS profit,
  COUNT(DISTINCT CASE WHEN quantity > 0 THEN order_id END) AS orders,
  CAST(SUM(quantity) AS BIGINT) AS units
FROM fact_transactions
WHERE is_sale
GROUP BY shop_day, category
