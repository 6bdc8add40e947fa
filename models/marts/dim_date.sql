-- One row per day of every year in which something happened.
WITH digits AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
span AS (
  SELECT
    year_start(MIN(first_day)) AS first_day,
    add_days(year_start(add_days(year_start(MAX(last_day)), 366)), -1) AS last_day
  FROM (
    SELECT MIN(shop_day) AS first_day, MAX(shop_day) AS last_day FROM stg_transactions
    UNION ALL
    SELECT MIN(shop_day) AS first_day, MAX(shop_day) AS last_day FROM stg_clickstream
  ) spans
),
numbers AS (
  SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS n
  FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits d CROSS JOIN digits e
)
SELECT
  date_key(day) AS date_key,
  day,
  CAST(YEAR(day) AS INT) AS year,
  CAST(QUARTER(day) AS INT) AS quarter,
  CAST(MONTH(day) AS INT) AS month,
  month_name(day) AS month_name,
  CAST(WEEKOFYEAR(day) AS INT) AS week,
  day_of_week(day) AS day_of_week,
  day_name(day) AS day_name,
  day_of_week(day) >= 6 AS is_weekend
FROM (
  SELECT add_days(span.first_day, numbers.n) AS day
  FROM span CROSS JOIN numbers
  WHERE numbers.n <= days_between(span.first_day, span.last_day)
) days
