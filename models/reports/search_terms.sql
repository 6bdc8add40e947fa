-- What visitors searched for, what they found, and whether they bought after it. Case and outer blanks do not matter.
WITH happened AS (
  SELECT e.session_key, e.event_type, e.event_time, e.search_query, e.search_results
  FROM fact_clickstream e
  JOIN fact_sessions s ON s.session_key = e.session_key
  WHERE e.event_type IN ('search', 'purchase')
    AND e.shop_day BETWEEN CAST($from AS DATE) AND add_days(CAST($to AS DATE), 1)
    AND s.shop_day BETWEEN CAST($from AS DATE) AND CAST($to AS DATE) {{ filters fact_sessions s }}
),
searches AS (
  SELECT LOWER(TRIM(search_query)) AS term, session_key, event_time, search_results
  FROM happened
  WHERE event_type = 'search' AND TRIM(search_query) <> ''
),
terms AS (
  SELECT
    term,
    COUNT(*) AS searches,
    COUNT(DISTINCT session_key) AS sessions,
    money_div(SUM(search_results), COUNT(search_results)) AS average_results,
    ratio(COUNT(CASE WHEN search_results = 0 THEN 1 END), COUNT(search_results)) AS zero_result_rate
  FROM searches
  GROUP BY term
  ORDER BY searches DESC, term
  LIMIT CAST($limit AS BIGINT)
),
purchases AS (
  SELECT session_key, MAX(event_time) AS last_purchase_at
  FROM happened
  WHERE event_type = 'purchase'
  GROUP BY session_key
),
conversions AS (
  SELECT q.term, COUNT(DISTINCT q.session_key) AS sessions
  FROM searches q
  JOIN purchases p ON p.session_key = q.session_key
  WHERE p.last_purchase_at >= q.event_time
  GROUP BY q.term
)
SELECT
  terms.term, terms.searches, terms.sessions, terms.average_results, terms.zero_result_rate,
  ratio(COALESCE(conversions.sessions, 0), terms.sessions) AS search_conversion_rate
FROM terms
LEFT JOIN conversions ON conversions.term = terms.term
ORDER BY terms.searches DESC, terms.term
