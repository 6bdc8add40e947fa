-- Customers who only occur in sales or visits, as the newest sale with a name describes them.
SELECT user_id, name, city, country, region, first_seen_at
FROM (
  SELECT
    seen.*,
    MIN(seen_at) OVER (PARTITION BY user_id) AS first_seen_at,
    ROW_NUMBER() OVER (
      PARTITION BY user_id
      ORDER BY CASE WHEN name IS NULL THEN 1 ELSE 0 END, seen_at DESC, seen_in
    ) AS newest
  FROM (
    SELECT
      t.user_id, t.customer_name AS name, t.city, t.country, t.region, t.transaction_timestamp AS seen_at,
      t.transaction_id AS seen_in
    FROM stg_transactions t
    WHERE t.user_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM stg_users u WHERE u.user_id = t.user_id)
    UNION ALL
    SELECT
      e.user_id, CAST(NULL AS STRING) AS name, e.city, e.country, CAST(NULL AS STRING) AS region,
      e.event_time AS seen_at, e.event_id AS seen_in
    FROM stg_clickstream e
    WHERE e.user_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM stg_users u WHERE u.user_id = e.user_id)
  ) seen
) ranked
WHERE newest = 1
