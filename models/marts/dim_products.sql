-- Every product that is known: those of the catalogue, and those that only occur in sales or visits.
WITH uncatalogued AS (
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
)
SELECT
  surrogate_key(product_id, beginning()) AS product_key,
  product_id, sku, name, brand, category, subcategory, price, cost, currency, rating, stock_quantity, active,
  product_id IN ({{ shop.charge_codes }}) AS is_charge,
  beginning() AS valid_from,
  CASE WHEN FALSE THEN beginning() END AS valid_to,
  TRUE AS is_current
FROM (
  SELECT
    product_id, sku, name, brand, category, subcategory, price, cost, currency, rating, stock_quantity, active
  FROM stg_products
  UNION ALL
  SELECT
    product_id, CAST(NULL AS STRING) AS sku, COALESCE(name, product_id) AS name, CAST(NULL AS STRING) AS brand,
    COALESCE(category, 'Uncategorised') AS category, CAST(NULL AS STRING) AS subcategory,
    CAST(price AS DECIMAL(12, 2)) AS price, CAST(NULL AS DECIMAL(12, 2)) AS cost, {{ shop.currency }} AS currency,
    CAST(NULL AS DECIMAL(3, 2)) AS rating, CAST(NULL AS BIGINT) AS stock_quantity, TRUE AS active
  FROM (
    SELECT
      uncatalogued.*,
      -- A line with a price says what a product is called; lines at price zero carry remarks ("damaged?").
      ROW_NUMBER() OVER (
        PARTITION BY product_id
        ORDER BY
          CASE WHEN name IS NOT NULL AND price IS NOT NULL THEN 0 WHEN name IS NOT NULL THEN 1 ELSE 2 END,
          seen_at DESC, seen_in
      ) AS newest
    FROM uncatalogued
  ) ranked
  WHERE newest = 1
) everything
