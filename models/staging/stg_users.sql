-- Every customer's record in all its versions.
SELECT
  user_id, name, email, phone, gender, birth_year, city, country, region,
  COALESCE(segment, 'New') AS segment,
  signup_at, acquisition_channel,
  COALESCE(marketing_consent, FALSE) AS marketing_consent,
  lifetime_value,
  COALESCE(deleted, FALSE) AS deleted,
  COALESCE(updated_at, signup_at, beginning()) AS updated_at,
  {{ reject_reason }} AS reject_reason
FROM raw_users
