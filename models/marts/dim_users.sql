-- Everybody who is known: customers with a record, and those who only occur in sales or visits.
WITH unrecorded AS (
  SELECT
    t.user_id, t.customer_name AS name, t.city, t.country, t.region, t.transaction_timestamp AS seen_at,
    t.transaction_id AS seen_in
  FROM stg_transactions t
  WHERE t.user_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM stg_users u WHERE u.user_id = t.user_id)
  UNION ALL
  SELECT
    e.user_id, CAST(NULL AS STRING) AS name, e.city, e.country, CAST(NULL AS STRING) AS region, e.event_time AS seen_at,
    e.event_id AS seen_in
  FROM stg_clickstream e
  WHERE e.user_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM stg_users u WHERE u.user_id = e.user_id)
)
SELECT
  surrogate_key(user_id, beginning()) AS user_key,
  user_id, name, email, phone, gender, birth_year, city, country, region, segment, signup_at, acquisition_channel,
  marketing_consent,
  beginning() AS valid_from,
  CASE WHEN FALSE THEN beginning() END AS valid_to,
  TRUE AS is_current
FROM (
  SELECT
    user_id, name, email, phone, gender, birth_year, city, country, region, segment, signup_at, acquisition_channel,
    marketing_consent
  FROM stg_users
  UNION ALL
  SELECT
    user_id, name, CAST(NULL AS STRING) AS email, CAST(NULL AS STRING) AS phone, CAST(NULL AS STRING) AS gender,
    CAST(NULL AS BIGINT) AS birth_year, city, country, region, CAST(NULL AS STRING) AS segment,
    first_seen_at AS signup_at, CAST(NULL AS STRING) AS acquisition_channel, FALSE AS marketing_consent
  FROM (
    SELECT
      unrecorded.*,
      MIN(seen_at) OVER (PARTITION BY user_id) AS first_seen_at,
      ROW_NUMBER() OVER (
        PARTITION BY user_id
        ORDER BY CASE WHEN name IS NULL THEN 1 ELSE 0 END, seen_at DESC, seen_in
      ) AS newest
    FROM unrecorded
  ) ranked
  WHERE newest = 1
) everybody
