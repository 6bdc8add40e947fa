-- One row per product of the catalogue: the newest version of the record.
SELECT
  product_id, sku, name, brand,
  COALESCE(category, 'Uncategorised') AS category,
  subcategory, price, cost,
  COALESCE(currency, {{ shop.currency }}) AS currency,
  rating, rating_count, stock_quantity, warranty_months,
  COALESCE(active, TRUE) AS active,
  created_at, updated_at, reject_reason
FROM (
  SELECT
    keyed.*,
    -- The columns after the time only make the choice between two contents of one version the same in every build.
    ROW_NUMBER() OVER (
      PARTITION BY product_id, reject_reason
      ORDER BY updated_at DESC, price, name, category, stock_quantity
    ) AS version_rank
  FROM (
    SELECT
      COALESCE(product_id, sku, name) AS product_id,
      sku, name, brand, category, subcategory, price, cost, currency, rating, rating_count, stock_quantity,
      warranty_months, active, created_at,
      COALESCE(updated_at, created_at, beginning()) AS updated_at,
      {{ reject_reason }} AS reject_reason
    FROM raw_products
  ) keyed
) versions
WHERE version_rank = 1
