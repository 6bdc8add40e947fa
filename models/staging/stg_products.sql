-- Every product of the catalogue in all versions of its record.
SELECT
  COALESCE(product_id, sku, name) AS product_id,
  sku, name, brand,
  COALESCE(category, 'Uncategorised') AS category,
  subcategory, price, cost,
  COALESCE(currency, {{ shop.currency }}) AS currency,
  rating, rating_count, stock_quantity, warranty_months,
  COALESCE(active, TRUE) AS active,
  COALESCE(deleted, FALSE) AS deleted,
  created_at,
  COALESCE(updated_at, created_at, beginning()) AS updated_at,
  {{ reject_reason }} AS reject_reason
FROM raw_products
