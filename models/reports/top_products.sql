-- The goods that brought in most. Charges (postage, fees) are not among them.
WITH best AS (
  SELECT
    t.product_id,
    {{ metric.revenue }} AS revenue,
    {{ metric.units }} AS units,
    {{ metric.orders }} AS orders
  FROM fact_transactions t
  WHERE t.is_sale AND NOT t.is_charge AND t.product_id IS NOT NULL
    AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY t.product_id
  ORDER BY revenue DESC, t.product_id
  LIMIT CAST($limit AS BIGINT)
),
interest AS (
  SELECT
    e.product_id,
    COUNT(DISTINCT CASE WHEN e.event_type = 'view' THEN e.session_key END) AS viewed,
    COUNT(DISTINCT CASE WHEN e.event_type = 'purchase' THEN e.session_key END) AS bought
  FROM fact_clickstream e
  JOIN best ON best.product_id = e.product_id
  JOIN fact_sessions s ON s.session_key = e.session_key
  WHERE e.shop_day BETWEEN CAST($from AS DATE) AND add_days(CAST($to AS DATE), 1)
    AND s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
  GROUP BY e.product_id
)
SELECT
  best.product_id,
  COALESCE(p.name, best.product_id) AS name,
  COALESCE(p.category, 'Uncategorised') AS category,
  best.revenue, best.units, best.orders,
  ratio(interest.bought, interest.viewed) AS conversion_rate
FROM best
LEFT JOIN interest ON interest.product_id = best.product_id
LEFT JOIN dim_products p ON p.product_id = best.product_id AND p.is_current
ORDER BY best.revenue DESC, best.product_id
