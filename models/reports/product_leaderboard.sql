-- The goods by revenue, with the places that they won or lost against the period of the same length before.
WITH sold AS (
  SELECT
    t.product_id,
    {{ metric.revenue }} AS revenue,
    {{ metric.share }} AS share,
    {{ metric.units }} AS units,
    {{ metric.orders }} AS orders,
    {{ metric.returns }} AS returns
  FROM fact_transactions t
  WHERE t.is_sale AND NOT t.is_charge AND t.product_id IS NOT NULL
    AND t.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_transactions t }}
  GROUP BY t.product_id
),
best AS (
  SELECT ROW_NUMBER() OVER (ORDER BY sold.revenue DESC, sold.product_id) AS place, sold.*
  FROM sold
  ORDER BY place
  LIMIT CAST($limit AS BIGINT)
),
earlier AS (
  SELECT product_id, ROW_NUMBER() OVER (ORDER BY revenue DESC, product_id) AS place
  FROM (
    SELECT t.product_id, {{ metric.revenue }} AS revenue
    FROM fact_transactions t
    WHERE t.is_sale AND NOT t.is_charge AND t.product_id IS NOT NULL
      AND t.shop_day BETWEEN add_days(CAST($from AS DATE), -1 - days_between(CAST($from AS DATE), CAST($to AS DATE)))
        AND add_days(CAST($from AS DATE), -1) {{ filters fact_transactions t }}
    GROUP BY t.product_id
  ) sold_earlier
),
interest AS (
  SELECT
    e.product_id,
    COUNT(DISTINCT CASE WHEN e.event_type = 'view' THEN e.session_key END) AS viewed,
    COUNT(DISTINCT CASE WHEN e.event_type = 'purchase' THEN e.session_key END) AS bought
  FROM fact_clickstream e
  JOIN best ON best.product_id = e.product_id
  JOIN fact_sessions s ON s.session_key = e.session_key
  WHERE e.event_type IN ('view', 'purchase')
    AND e.shop_day BETWEEN CAST($from AS DATE) AND add_days(CAST($to AS DATE), 1)
    AND s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
  GROUP BY e.product_id
),
-- Null with a filter that visits know nothing of: then nothing can be said of views either.
visits AS (
  SELECT {{ metric.sessions }} AS sessions
  FROM fact_sessions s
  WHERE s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
)
SELECT
  best.place AS rank,
  best.product_id,
  COALESCE(p.name, best.product_id) AS name,
  COALESCE(p.category, 'Uncategorised') AS category,
  best.revenue, best.share, best.units, best.orders, best.returns,
  CASE WHEN visits.sessions IS NOT NULL THEN COALESCE(interest.viewed, 0) END AS views,
  ratio(interest.bought, interest.viewed) AS conversion_rate,
  earlier.place AS previous_rank,
  earlier.place - best.place AS rank_change
FROM best
CROSS JOIN visits
LEFT JOIN interest ON interest.product_id = best.product_id
LEFT JOIN earlier ON earlier.product_id = best.product_id
LEFT JOIN dim_products p ON p.product_id = best.product_id AND p.is_current
ORDER BY best.place
