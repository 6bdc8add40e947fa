-- Everybody who is known, one row per version: customers with a record, and those who only occur in sales or visits.
-- A version lasts while nothing of the record changes but the moment of its last look; it begins with the record that
-- brought the change, the first one with the beginning of time, so that it covers all sales before it. Only what marks
-- versions goes through the windows; the rest comes from the last record of each.
WITH marked AS (
  SELECT
    user_id, updated_at, deleted,
    LAG(user_id) OVER w IS NULL
      OR name IS DISTINCT FROM LAG(name) OVER w OR email IS DISTINCT FROM LAG(email) OVER w
      OR phone IS DISTINCT FROM LAG(phone) OVER w OR gender IS DISTINCT FROM LAG(gender) OVER w
      OR birth_year IS DISTINCT FROM LAG(birth_year) OVER w OR city IS DISTINCT FROM LAG(city) OVER w
      OR country IS DISTINCT FROM LAG(country) OVER w OR region IS DISTINCT FROM LAG(region) OVER w
      OR segment IS DISTINCT FROM LAG(segment) OVER w
      OR acquisition_channel IS DISTINCT FROM LAG(acquisition_channel) OVER w
      OR marketing_consent IS DISTINCT FROM LAG(marketing_consent) OVER w
      OR deleted IS DISTINCT FROM LAG(deleted) OVER w AS begins
  FROM stg_users
  WINDOW w AS (PARTITION BY user_id ORDER BY updated_at)
),
numbered AS (
  SELECT
    user_id, updated_at, deleted,
    SUM(CASE WHEN begins THEN 1 ELSE 0 END) OVER (
      PARTITION BY user_id ORDER BY updated_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS version
  FROM marked
),
versions AS (
  SELECT
    user_id, version, MIN(updated_at) AS begins_at, MAX(updated_at) AS last_at,
    MAX(CASE WHEN deleted THEN 1 ELSE 0 END) AS deleted
  FROM numbered
  GROUP BY user_id, version
),
spans AS (
  SELECT
    user_id, version, last_at, deleted,
    CASE WHEN version = 1 THEN beginning() ELSE begins_at END AS valid_from,
    LEAD(begins_at) OVER (PARTITION BY user_id ORDER BY version) AS valid_to
  FROM versions
),
known AS (
  SELECT
    user_id, last_at, valid_from, valid_to,
    ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY version DESC) = 1 AS is_current
  FROM spans
  WHERE deleted = 0
),
everybody AS (
  SELECT
    u.user_id, u.name, u.email, u.phone, u.gender, u.birth_year, u.city, u.country, u.region, u.segment, u.signup_at,
    u.acquisition_channel, u.marketing_consent, k.valid_from, k.valid_to, k.is_current
  FROM known k
  JOIN stg_users u ON u.user_id = k.user_id AND u.updated_at = k.last_at
  UNION ALL
  SELECT
    user_id, name, CAST(NULL AS STRING) AS email, CAST(NULL AS STRING) AS phone, CAST(NULL AS STRING) AS gender,
    CAST(NULL AS BIGINT) AS birth_year, city, country, region, CAST(NULL AS STRING) AS segment,
    first_seen_at AS signup_at, CAST(NULL AS STRING) AS acquisition_channel, FALSE AS marketing_consent,
    beginning() AS valid_from, CASE WHEN FALSE THEN beginning() END AS valid_to, TRUE AS is_current
  FROM users_without_record
)
SELECT
  surrogate_key(user_id, valid_from) AS user_key,
  user_id, name, email, phone, gender, birth_year, city, country, region, segment, signup_at, acquisition_channel,
  marketing_consent, valid_from, valid_to, is_current
FROM everybody
