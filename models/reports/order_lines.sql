-- The lines behind a figure, the newest first. Times are those of the shop's clock.
SELECT
  newest.shop_day AS day,
  SUBSTR(CAST(shop_time(newest.transaction_timestamp) AS STRING), 12, 8) AS time,
  newest.order_id, newest.transaction_id, newest.user_id,
  newest.product_id,
  COALESCE(p.name, newest.product_id) AS name,
  newest.category, newest.quantity,
  money_round(newest.unit_price) AS unit_price,
  newest.discount, newest.tax, newest.shipping, newest.total_amount,
  newest.status, newest.payment_method, newest.payment_status, newest.failure_reason,
  newest.city, newest.country, newest.region, newest.device_type AS device, newest.traffic_source AS source, newest.segment
FROM (
  SELECT t.*
  FROM fact_transactions t
  WHERE t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  ORDER BY t.transaction_timestamp DESC, t.transaction_id
  LIMIT CAST($limit AS BIGINT)
) newest
LEFT JOIN dim_products p ON p.product_id = newest.product_id AND p.is_current
ORDER BY newest.transaction_timestamp DESC, newest.transaction_id
