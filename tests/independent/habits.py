"""What the shop in habits/ must report, worked out by hand. Its clock is Berlin's.

Lines: A orders in January, February and March and sends the last back in April. B has one order; two more fail. C and D
buy in the hour before and the one after the clocks go forward on 30 March; an order of C's is cancelled. Two guests buy
at 02:30 on 26 October, an hour apart. E is first seen after midnight of the 27th. In May six guests buy kettles.
"""

# (report, first day, last day, the columns compared, the rows); without days: None.
EXPECTED = [
    # Nothing at 2 o'clock on the day with 23 hours; both guests at 2 o'clock on the one with 25.
    ("revenue_hourly", "2025-03-30", "2025-03-30", ["hour", "revenue", "revenue_of_day"],
     [(0, "20.00", "20.00"), (1, "0.00", "20.00"), (3, "10.00", "30.00")]
     + [(hour, "0.00", "30.00") for hour in range(4, 24)]),
    ("revenue_hourly", "2025-10-26", "2025-10-26", ["hour", "revenue", "orders", "average_order_value"],
     [(0, "0.00", 0, None), (1, "0.00", 0, None), (2, "30.00", 2, "15.00")]
     + [(hour, "0.00", 0, None) for hour in range(3, 24)]),
    # In February C and D are not known yet. In April nobody orders; what A sends back is of one who had bought before.
    ("new_vs_returning", "2025-02-01", "2025-02-28", ["kind", "customers", "orders", "revenue"],
     [("New", 1, 1, "10.00"), ("Returning", 1, 1, "10.00"), ("Guest", None, 0, "0.00")]),
    ("new_vs_returning", "2025-03-01", "2025-03-31", ["kind", "customers", "orders", "revenue"],
     [("New", 2, 2, "30.00"), ("Returning", 1, 1, "20.00"), ("Guest", None, 0, "0.00")]),
    ("new_vs_returning", "2025-04-01", "2025-04-30", ["kind", "customers", "orders", "revenue"],
     [("New", 0, 0, "0.00"), ("Returning", 0, 0, "-20.00"), ("Guest", None, 0, "0.00")]),
    # F sends something back in June that was bought before the books begin; the first order known is in July.
    ("new_vs_returning", "2025-06-01", "2025-06-30", ["kind", "customers", "revenue"],
     [("New", 0, "0.00"), ("Returning", 0, "-10.00"), ("Guest", None, "0.00")]),
    ("new_vs_returning", "2025-07-01", "2025-07-31", ["kind", "customers", "revenue"],
     [("New", 1, "10.00"), ("Returning", 0, "0.00"), ("Guest", None, "0.00")]),
    # What came back before that order is no part of F's lifetime.
    ("cohort_revenue", "2025-07-01", "2025-07-31", ["cohort", "cohort_size", "lifetime_revenue"], [("2025-07-01", 1, "10.00")]),
    ("cohort_retention", "2025-01-01", "2025-04-30", ["cohort", "months_after", "cohort_size", "customers", "retention"],
     [("2025-01-01", 0, 1, 1, "1"), ("2025-01-01", 1, 1, 1, "1"), ("2025-01-01", 2, 1, 1, "1"), ("2025-01-01", 3, 1, 0, "0"),
      ("2025-02-01", 0, 1, 1, "1"), ("2025-02-01", 1, 1, 0, "0"), ("2025-02-01", 2, 1, 0, "0"),
      ("2025-03-01", 0, 2, 2, "1"), ("2025-03-01", 1, 2, 0, "0")]),
    # The return takes A's lifetime value down again, in the month in which it came.
    ("cohort_revenue", "2025-01-01", "2025-04-30", ["cohort", "months_after", "revenue", "lifetime_revenue", "lifetime_value"],
     [("2025-01-01", 0, "10.00", "10.00", "10.00"), ("2025-01-01", 1, "10.00", "20.00", "20.00"),
      ("2025-01-01", 2, "20.00", "40.00", "40.00"), ("2025-01-01", 3, "-20.00", "20.00", "20.00"),
      ("2025-02-01", 0, "10.00", "10.00", "10.00"), ("2025-02-01", 1, "0.00", "10.00", "10.00"),
      ("2025-02-01", 2, "0.00", "10.00", "10.00"),
      ("2025-03-01", 0, "30.00", "30.00", "15.00"), ("2025-03-01", 1, "0.00", "30.00", "15.00")]),
    # B has no record, so nobody knows what brought B.
    ("cohort_channels", "2025-01-01", "2025-03-31", ["cohort", "channel", "months_after", "cohort_size", "lifetime_value"],
     [("2025-01-01", "google", 0, 1, "10.00"), ("2025-01-01", "google", 1, 1, "20.00"), ("2025-01-01", "google", 2, 1, "40.00"),
      ("2025-02-01", "Unknown", 0, 1, "10.00"), ("2025-02-01", "Unknown", 1, 1, "10.00"),
      ("2025-03-01", "email", 0, 2, "15.00")]),
    # Equal customers have equal scores: C and D bought last on one day, B, C and D once, B and D for 10.00.
    ("rfm_customers", "2025-03-31", "2025-03-31",
     ["user_id", "segment", "recency_days", "orders", "revenue", "recency_score", "frequency_score", "monetary_score"],
     [("A", "At risk", 21, 3, "40.00", 2, 4, 4), ("C", "About to sleep", 1, 1, "20.00", 3, 1, 3),
      ("B", "Lost", 49, 1, "10.00", 1, 1, 1), ("D", "About to sleep", 1, 1, "10.00", 3, 1, 1)]),
    # One customer alone is first and last: every score is the lowest.
    ("rfm_customers", "2025-01-31", "2025-01-31", ["user_id", "segment", "recency_score", "frequency_score", "monetary_score"],
     [("A", "Lost", 1, 1, 1)]),
    ("failed_payments", "2025-03-12", "2025-03-12", ["failure_reason", "failed_payments", "failed_share", "failed_amount"],
     [("not stated", 1, "0.5", "10.00"), ("timeout", 1, "0.5", "10.00")]),
    ("cancelled_orders", "2025-03-12", "2025-03-12", ["placed_orders", "cancelled_orders", "cancelled_amount"], [(3, 1, "10.00")]),
    # In the 31 days before only kettles were sold.
    ("product_leaderboard", "2025-03-01", "2025-03-31", ["rank", "product_id", "revenue", "previous_rank", "rank_change"],
     [(1, "P2", "40.00", None, None), (2, "P1", "10.00", 1, -1)]),
    # Four orders with a sticker are too few; the kettle that is in one order twice counts once.
    ("bought_together", "2025-05-01", "2025-05-31",
     ["product_id", "other_product_id", "orders", "support", "confidence", "other_confidence", "lift"],
     [("P1", "P2", 5, "0.8333", "0.8333", "1", "1.0000")]),
    # On the 12th: bought after 59 and 60 minutes, and in another visit; abandoned are the one after 61 minutes (2 × 12.50),
    # the teapot after a purchase (20.00; the kettle before it is bought), and three teapots without a price (3 × 20.00).
    ("abandoned_carts", "2025-03-12", "2025-03-12",
     ["carts", "open_carts", "abandoned_carts", "abandonment_rate", "items", "value", "average_value"],
     [(6, 0, 3, "0.5", 6, "105.00", "35.00")]),
    # The data end at 10:20: the cart of 10:00 is open, the one of 09:00 is 80 minutes old.
    ("abandoned_carts", "2025-10-27", "2025-10-27", ["carts", "open_carts", "abandoned_carts", "abandonment_rate", "average_age_hours"],
     [(2, 1, 1, "1", "1.33")]),
    # The visit from 23:50 to 00:10 belongs to the 14th.
    ("abandoned_carts", "2025-03-14", "2025-03-15", ["day", "carts", "abandoned_carts"],
     [("2025-03-14", 1, 0), ("2025-03-15", 0, 0)]),
    ("conversion_funnel", "2025-03-14", "2025-03-14", ["sessions", "drop_off"], [(1, None), (1, 0), (1, 0)]),
    ("conversion_funnel", "2025-03-15", "2025-03-15", ["sessions", "rate"], [(0, None), (0, None), (0, None)]),
    # A cart before the first view is none after it; three events of one moment are in order.
    ("conversion_funnel", "2025-03-16", "2025-03-16", ["sessions", "rate", "step_rate", "drop_off"],
     [(2, "1", None, None), (1, "0.5", "0.5", 1), (1, "0.5", "1", 0)]),
    # "Kettle " and "kettle" are one term; a purchase before the search does not follow from it.
    ("search_terms", "2025-03-17", "2025-03-17",
     ["term", "searches", "sessions", "average_results", "zero_result_rate", "search_conversion_rate"],
     [("kettle", 2, 2, "2.00", "0.5", "0.5"), ("tea", 1, 1, None, None, "0")]),
    # The 28 days from 30 September to 27 October: three kettles, one teapot of which there are none, one sticker (another
    # a second before midnight of the 30th is too early); whisks are not on sale.
    ("days_of_cover", None, None, ["product_id", "stock_quantity", "units_of_28_days", "units_per_day", "days_of_cover"],
     [("P2", 0, 1, "0.0357", "0.00"), ("P3", 5, 1, "0.0357", "140.00"), ("P1", 30, 3, "0.1071", "280.00")]),
]
