-- Products that only occur in sales or visits. A line with a price says what a product is called; lines at price zero
-- carry remarks ("damaged?").
SELECT product_id, name, category, price
FROM (
  SELECT
    seen.*,
    ROW_NUMBER() OVER (
      PARTITION BY product_id
      ORDER BY
        CASE WHEN name IS NOT NULL AND price IS NOT NULL THEN 0 WHEN name IS NOT NULL THEN 1 ELSE 2 END,
        seen_at DESC, seen_in
    ) AS newest
  FROM (
    SELECT
      t.product_id, t.product_name AS name, t.product_category AS category,
      CASE WHEN t.unit_price > 0 THEN t.unit_price END AS price,
      t.transaction_timestamp AS seen_at, t.transaction_id AS seen_in
    FROM stg_transactions t
    WHERE t.product_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM stg_products p WHERE p.product_id = t.product_id)
    UNION ALL
    SELECT
      e.product_id, CAST(NULL AS STRING) AS name, CAST(NULL AS STRING) AS category,
      CAST(e.price AS DECIMAL(12, 4)) AS price, e.event_time AS seen_at, e.event_id AS seen_in
    FROM stg_clickstream e
    WHERE e.product_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM stg_products p WHERE p.product_id = e.product_id)
  ) seen
) ranked
WHERE newest = 1
