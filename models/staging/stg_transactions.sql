-- Every line of every order, ids and amounts filled in, and whether it counts. Every raw line is here, or is a copy or an
-- older version of one that is, or is kept out with a reason.
SELECT
  transaction_id, order_id, user_id, product_id, quantity, unit_price, discount, tax, shipping,
  CAST(COALESCE(total_amount, expected_total) AS DECIMAL(12, 2)) AS total_amount,
  currency, payment_method, card_number, payment_status, failure_reason, status, city, country, region, device_type,
  traffic_source, transaction_timestamp, updated_at, product_name, product_category, customer_name,
  line_exclusion(order_id, product_id, quantity, unit_price) AS exclusion,
  CASE WHEN ABS(total_amount - expected_total) > 0.01 THEN 'total_differs' END AS anomaly,
  CAST(HOUR(local_time) AS INT) AS shop_hour,
  CAST(local_time AS DATE) AS shop_day,
  CAST(YEAR(local_time) AS INT) AS year,
  CAST(MONTH(local_time) AS INT) AS month,
  CAST(DAY(local_time) AS INT) AS day,
  reject_reason
FROM (
  SELECT
    filled.*,
    CASE WHEN reject_reason IS NULL
      THEN money_round(CAST(quantity * unit_price AS DECIMAL(16, 4)) + (tax + shipping - discount)) END AS expected_total
  FROM (
    SELECT
      line_id AS transaction_id,
      COALESCE(order_id, line_id) AS order_id,
      user_id,
      COALESCE(product_id, product_name) AS product_id,
      COALESCE(quantity, 1) AS quantity,
      CASE
        WHEN unit_price IS NOT NULL THEN unit_price
        WHEN reject_reason IS NULL THEN CAST(price_div(
          total_amount + COALESCE(discount, 0) - COALESCE(tax, 0) - COALESCE(shipping, 0), COALESCE(quantity, 1))
          AS DECIMAL(12, 4))
      END AS unit_price,
      COALESCE(discount, CAST(0 AS DECIMAL(12, 2))) AS discount,
      COALESCE(tax, CAST(0 AS DECIMAL(12, 2))) AS tax,
      COALESCE(shipping, CAST(0 AS DECIMAL(12, 2))) AS shipping,
      total_amount,
      COALESCE(currency, {{ shop.currency }}) AS currency,
      CASE payment_method
        WHEN 'credit_card' THEN payment_method WHEN 'debit_card' THEN payment_method
        WHEN 'paypal' THEN payment_method WHEN 'bank_transfer' THEN payment_method
        WHEN 'cash_on_delivery' THEN payment_method WHEN 'gift_card' THEN payment_method
        WHEN 'wallet' THEN payment_method ELSE 'other'
      END AS payment_method,
      card_number,
      COALESCE(payment_status, CASE WHEN quantity < 0 THEN 'refunded' ELSE 'paid' END) AS payment_status,
      failure_reason,
      COALESCE(status, CASE WHEN quantity < 0 THEN 'returned' ELSE 'completed' END) AS status,
      city, country, region, device_type, traffic_source, transaction_timestamp,
      COALESCE(updated_at, transaction_timestamp) AS updated_at,
      product_name, product_category, customer_name,
      shop_time(transaction_timestamp) AS local_time,
      reject_reason
    FROM (
      SELECT
        t.*,
        COALESCE(transaction_id, order_id || '-' || _content, _file || '-' || CAST(_row AS STRING)) AS line_id,
        {{ reject_reason }} AS reject_reason
      FROM raw_transactions t
    ) lines
  ) filled
) totalled
