-- Pairs of goods that are in the same orders. Only goods in at least five orders can make a pair of five, so the others are
-- left out before pairs are made; numbers stand for ids, as they are compared faster.
WITH items AS (
  SELECT t.order_id, t.product_id
  FROM fact_transactions t
  WHERE t.is_sale AND t.quantity > 0 AND NOT t.is_charge AND t.product_id IS NOT NULL
    AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY t.order_id, t.product_id
),
baskets AS (
  SELECT order_id, ROW_NUMBER() OVER (ORDER BY order_id) AS basket, products
  FROM (SELECT order_id, COUNT(*) AS products FROM items GROUP BY order_id) counted
),
products AS (
  SELECT product_id, ROW_NUMBER() OVER (ORDER BY product_id) AS product, orders
  FROM (SELECT product_id, COUNT(*) AS orders FROM items GROUP BY product_id HAVING COUNT(*) >= 5) often
),
numbered AS (
  SELECT CAST(b.basket AS INT) AS basket, CAST(p.product AS INT) AS product, p.orders
  FROM items i
  JOIN products p ON p.product_id = i.product_id
  JOIN baskets b ON b.order_id = i.order_id
  WHERE b.products > 1
),
-- The pairs among the most frequent goods say how often a pair has to occur to be shown; goods that are in fewer orders
-- than that need no pairs.
frequent AS (
  SELECT product FROM products ORDER BY orders DESC, product LIMIT 150
),
bound AS (
  SELECT CASE WHEN COUNT(*) = CAST($limit AS BIGINT) THEN MIN(orders) ELSE 5 END AS orders
  FROM (
    SELECT COUNT(*) AS orders
    FROM numbered a
    JOIN numbered b ON b.basket = a.basket AND b.product > a.product
    JOIN frequent f ON f.product = a.product
    JOIN frequent g ON g.product = b.product
    GROUP BY a.product, b.product
    HAVING COUNT(*) >= 5
    ORDER BY orders DESC
    LIMIT CAST($limit AS BIGINT)
  ) most_frequent
),
candidates AS (
  SELECT n.basket, n.product FROM numbered n JOIN bound ON n.orders >= bound.orders
),
pairs AS (
  SELECT a.product AS first_product, b.product AS second_product, COUNT(*) AS orders
  FROM candidates a
  JOIN candidates b ON b.basket = a.basket AND b.product > a.product
  GROUP BY a.product, b.product
  HAVING COUNT(*) >= 5
),
rated AS (
  SELECT
    a.product_id, b.product_id AS other_product_id, pairs.orders,
    ratio(pairs.orders, every.orders) AS support,
    ratio(pairs.orders, a.orders) AS confidence,
    ratio(pairs.orders, b.orders) AS other_confidence,
    price_div(CAST(pairs.orders * every.orders AS DECIMAL(18, 0)), CAST(a.orders * b.orders AS DECIMAL(18, 0))) AS lift
  FROM pairs
  JOIN products a ON a.product = pairs.first_product
  JOIN products b ON b.product = pairs.second_product
  CROSS JOIN (SELECT COUNT(*) AS orders FROM baskets) every
  ORDER BY pairs.orders DESC, lift DESC, a.product_id, b.product_id
  LIMIT CAST($limit AS BIGINT)
)
SELECT
  rated.product_id,
  COALESCE(p.name, rated.product_id) AS name,
  rated.other_product_id,
  COALESCE(o.name, rated.other_product_id) AS other_name,
  rated.orders, rated.support, rated.confidence, rated.other_confidence, rated.lift
FROM rated
LEFT JOIN dim_products p ON p.product_id = rated.product_id AND p.is_current
LEFT JOIN dim_products o ON o.product_id = rated.other_product_id AND o.is_current
ORDER BY rated.orders DESC, rated.lift DESC, rated.product_id, rated.other_product_id
