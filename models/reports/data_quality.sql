-- What the rules of the models found in the rows of these days; rows without a day belong to every period.
SELECT model, measure, reason, checked, failed, ratio(failed, checked) AS share
FROM (
  SELECT model, measure, reason, SUM(checked) AS checked, SUM(failed) AS failed
  FROM data_quality
  WHERE shop_day IS NULL OR shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE)
  GROUP BY model, measure, reason
  UNION ALL
  SELECT 'fact_clickstream' AS model, 'accuracy' AS measure, 'an event at a robot''s pace, in no figure' AS reason,
    e.events + COALESCE(r.events, 0) AS checked, COALESCE(r.events, 0) AS failed
  FROM (SELECT COUNT(*) AS events FROM fact_clickstream WHERE shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE)) e
  CROSS JOIN (SELECT SUM(events) AS events FROM robot_visits WHERE shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE)) r
) counted
WHERE checked > 0
ORDER BY CASE WHEN failed = 0 THEN 1 ELSE 0 END, model, measure, failed DESC, reason
