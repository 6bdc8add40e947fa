-- Every event, typed. Events without a visit belong to their visitor's, or stand alone.
SELECT
  event_id, user_id,
  COALESCE(session_id, user_id, event_id) AS session_id,
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
  SELECT
    COALESCE(event_id, _file || '-' || CAST(_row AS STRING)) AS event_id,
    user_id, session_id, event_time, event_type, page_url, referrer, product_id, order_id, quantity, price,
    search_query, search_results, device_type, user_agent, ip_address, traffic_source, campaign, city, country,
    shop_time(event_time) AS local_time,
    {{ reject_reason }} AS reject_reason
  FROM raw_clickstream
) events
