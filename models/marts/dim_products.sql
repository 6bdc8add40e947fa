-- Every product that is known, one row per version: those of the catalogue, and those that only occur in sales or visits.
-- Versions as in dim_users. Ratings and stock change all the time and begin none; a version has the last that it saw.
WITH marked AS (
  SELECT
    product_id, updated_at, deleted,
    LAG(product_id) OVER w IS NULL
      OR sku IS DISTINCT FROM LAG(sku) OVER w
      OR name IS DISTINCT FROM LAG(name) OVER w
      OR brand IS DISTINCT FROM LAG(brand) OVER w
      OR category IS DISTINCT FROM LAG(category) OVER w
      OR subcategory IS DISTINCT FROM LAG(subcategory) OVER w
      OR price IS DISTINCT FROM LAG(price) OVER w
      OR cost IS DISTINCT FROM LAG(cost) OVER w
      OR currency IS DISTINCT FROM LAG(currency) OVER w
      OR warranty_months IS DISTINCT FROM LAG(warranty_months) OVER w
      OR active IS DISTINCT FROM LAG(active) OVER w
      OR deleted IS DISTINCT FROM LAG(deleted) OVER w AS begins
  FROM stg_products
  WINDOW w AS (PARTITION BY product_id ORDER BY updated_at)
),
numbered AS (
  SELECT
    product_id, updated_at, deleted,
    SUM(CASE WHEN begins THEN 1 ELSE 0 END) OVER (
      PARTITION BY product_id ORDER BY updated_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS version
  FROM marked
),
versions AS (
  SELECT
    product_id, version, MIN(updated_at) AS begins_at, MAX(updated_at) AS last_at,
    MAX(CASE WHEN deleted THEN 1 ELSE 0 END) AS deleted
  FROM numbered
  GROUP BY product_id, version
),
spans AS (
  SELECT
    product_id, version, last_at, deleted,
    CASE WHEN version = 1 THEN beginning() ELSE begins_at END AS valid_from,
    LEAD(begins_at) OVER (PARTITION BY product_id ORDER BY version) AS valid_to
  FROM versions
),
known AS (
  SELECT
    product_id, last_at, valid_from, valid_to,
    ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY version DESC) = 1 AS is_current
  FROM spans
  WHERE deleted = 0
),
everything AS (
  SELECT
    p.product_id, p.sku, p.name, p.brand, p.category, p.subcategory, p.price, p.cost, p.currency, p.rating,
    p.stock_quantity, p.active, k.valid_from, k.valid_to, k.is_current
  FROM known k
  JOIN stg_products p ON p.product_id = k.product_id AND p.updated_at = k.last_at
  UNION ALL
  SELECT
    product_id, CAST(NULL AS STRING) AS sku, COALESCE(name, product_id) AS name, CAST(NULL AS STRING) AS brand,
    COALESCE(category, 'Uncategorised') AS category, CAST(NULL AS STRING) AS subcategory,
    CAST(price AS DECIMAL(12, 2)) AS price, CAST(NULL AS DECIMAL(12, 2)) AS cost, {{ shop.currency }} AS currency,
    CAST(NULL AS DECIMAL(3, 2)) AS rating, CAST(NULL AS BIGINT) AS stock_quantity, TRUE AS active,
    beginning() AS valid_from, CASE WHEN FALSE THEN beginning() END AS valid_to, TRUE AS is_current
  FROM products_without_record
)
SELECT
  surrogate_key(product_id, valid_from) AS product_key,
  product_id, sku, name, brand, category, subcategory, price, cost, currency, rating, stock_quantity, active,
  product_id IN ({{ shop.charge_codes }}) AS is_charge,
  valid_from, valid_to, is_current
FROM everything
