-- Visits that no person makes, by their pace; those that say what they are by their user agent are rejected already.
SELECT
  session_id,
  MIN(shop_day) AS shop_day,
  MIN(event_time) AS started_at,
  MAX(event_time) AS ended_at,
  COUNT(*) AS events,
  MIN(user_agent) AS user_agent
FROM stg_clickstream
GROUP BY session_id
HAVING is_robot_pace(COUNT(*), micros_between(MIN(event_time), MAX(event_time)))
