-- Every line that belongs in the books, with its customer, product and day. Lines with an exclusion stay in staging.
SELECT
  t.transaction_id, t.order_id,
  u.user_key, t.user_id,
  p.product_key, t.product_id,
  date_key(t.shop_day) AS date_key, t.shop_day, t.shop_hour, t.transaction_timestamp,
  t.quantity, t.unit_price,
  CAST(t.quantity * t.unit_price AS DECIMAL(18, 4)) AS line_amount,
  t.discount, t.tax, t.shipping, t.total_amount, t.currency,
  t.payment_method, t.payment_status, t.failure_reason, t.status,
  t.city, t.country,
  COALESCE(t.region, t.country, 'Unknown') AS region,
  t.device_type, t.traffic_source,
  -- What the line itself says of its product holds; the same product may be sold under two categories.
  COALESCE(t.product_category, p.category, 'Uncategorised') AS category,
  u.segment,
  COALESCE(p.is_charge, FALSE) AS is_charge,
  t.status IN ('completed', 'returned') AND t.payment_status IN ('paid', 'refunded') AS is_sale,
  t.year, t.month, t.day
FROM stg_transactions t
LEFT JOIN dim_users u ON u.user_id = t.user_id AND u.is_current
LEFT JOIN dim_products p ON p.product_id = t.product_id AND p.is_current
WHERE t.exclusion IS NULL
