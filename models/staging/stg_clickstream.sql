-- One row per event: the newest version. Events without a visit belong to their visitor's, or stand alone.
--
-- As in stg_transactions: only events that may have come twice are sorted.
WITH repeated AS (
  SELECT id_hash
  FROM (
    SELECT row_hash(COALESCE(event_id, _file || '-' || CAST(_row AS STRING))) AS id_hash
    FROM raw_clickstream
  ) hashed
  GROUP BY id_hash
  HAVING COUNT(*) > 1
)
SELECT
  given_id AS event_id,
  user_id,
  COALESCE(session_id, user_id, given_id) AS session_id,
  event_time, event_type, page_url, referrer, product_id, order_id, quantity, price, search_query, search_results,
  device_type, user_agent, ip_address,
  COALESCE(traffic_source, 'direct') AS traffic_source,
  campaign, city, country,
  CAST(HOUR(local_time) AS INT) AS shop_hour,
  CAST(local_time AS DATE) AS shop_day,
  CAST(YEAR(local_time) AS INT) AS year,
  CAST(MONTH(local_time) AS INT) AS month,
  CAST(DAY(local_time) AS INT) AS day,
  reject_reason
FROM (
  SELECT versions.*, shop_time(event_time) AS local_time
  FROM (
    SELECT keyed.*, 1 AS version_rank
    FROM (
      SELECT identified.*, row_hash(given_id) AS id_hash, {{ reject_reason }} AS reject_reason
      FROM (
        SELECT e.*, COALESCE(event_id, _file || '-' || CAST(_row AS STRING)) AS given_id
        FROM raw_clickstream e
      ) identified
    ) keyed
    WHERE NOT EXISTS (SELECT 1 FROM repeated WHERE repeated.id_hash = keyed.id_hash)
    UNION ALL
    SELECT
      keyed.*,
      -- What follows the time makes the choice between two contents of one event the same in every build.
      ROW_NUMBER() OVER (
        PARTITION BY given_id, reject_reason
        ORDER BY
          event_time DESC, event_type, session_id, user_id, product_id, order_id, page_url, quantity, price,
          search_query, device_type, traffic_source, country, city
      ) AS version_rank
    FROM (
      SELECT identified.*, row_hash(given_id) AS id_hash, {{ reject_reason }} AS reject_reason
      FROM (
        SELECT e.*, COALESCE(event_id, _file || '-' || CAST(_row AS STRING)) AS given_id
        FROM raw_clickstream e
      ) identified
    ) keyed
    JOIN repeated ON repeated.id_hash = keyed.id_hash
  ) versions
  WHERE version_rank = 1
) timed
