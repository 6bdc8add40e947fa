-- Every line that belongs in the books, with its day and with customer and product as they were when it was sold. Lines
-- with an exclusion stay in staging.
SELECT
  t.transaction_id, t.order_id,
  u.user_key, t.user_id,
  p.product_key, t.product_id,
  date_key(t.shop_day) AS date_key, t.shop_day, t.shop_hour,
  day_of_week(t.shop_day) AS day_of_week, day_of_week(t.shop_day) >= 6 AS is_weekend,
  t.transaction_timestamp,
  t.quantity, t.unit_price,
  CAST(t.quantity * t.unit_price AS DECIMAL(18, 4)) AS line_amount,
  CAST(p.cost AS DECIMAL(12, 2)) AS unit_cost,
  CAST(
    t.quantity * t.unit_price - CASE WHEN t.quantity > 0 THEN t.discount ELSE 0 END - t.quantity * p.cost
    AS DECIMAL(18, 4)) AS profit,
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
LEFT JOIN dim_users u ON u.user_id = t.user_id
  AND t.transaction_timestamp >= u.valid_from AND t.transaction_timestamp < COALESCE(u.valid_to, forever())
LEFT JOIN dim_products p ON p.product_id = t.product_id
  AND t.transaction_timestamp >= p.valid_from AND t.transaction_timestamp < COALESCE(p.valid_to, forever())
WHERE t.exclusion IS NULL
