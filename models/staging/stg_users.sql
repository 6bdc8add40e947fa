-- One row per customer: the newest version of the record.
SELECT
  user_id, name, email, phone, gender, birth_year, city, country, region,
  COALESCE(segment, 'New') AS segment,
  signup_at, acquisition_channel,
  COALESCE(marketing_consent, FALSE) AS marketing_consent,
  lifetime_value, updated_at, reject_reason
FROM (
  SELECT
    keyed.*,
    -- The columns after the time only make the choice between two contents of one version the same in every build.
    ROW_NUMBER() OVER (
      PARTITION BY user_id, reject_reason
      ORDER BY updated_at DESC, segment, name, email, city, country
    ) AS version_rank
  FROM (
    SELECT
      user_id, name, email, phone, gender, birth_year, city, country, region, segment, signup_at, acquisition_channel,
      marketing_consent, lifetime_value,
      COALESCE(updated_at, signup_at, beginning()) AS updated_at,
      {{ reject_reason }} AS reject_reason
    FROM raw_users
  ) keyed
) versions
WHERE version_rank = 1
