-- What is sold and how it is called now. It reads no sales, so that names are quick to have.
SELECT
  p.product_id, p.name, p.brand, p.category, p.price, p.stock_quantity,
  CASE WHEN p.active THEN 'yes' ELSE 'no' END AS on_sale
FROM dim_products p
WHERE p.is_current AND NOT p.is_charge {{ filters dim_products p }}
ORDER BY p.product_id
LIMIT CAST($limit AS BIGINT)
