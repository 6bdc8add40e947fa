"""The page's peer: the same overview over the same warehouse as a data engineer writes it with Streamlit.

    streamlit run page_streamlit.py -- WAREHOUSE_DIRECTORY FROM TO
"""

import sys

import duckdb
import streamlit as st

warehouse, first, last = sys.argv[1:]
st.set_page_config(page_title="Overview", layout="wide")


@st.cache_data
def query(sql):
    sales = f"read_parquet('{warehouse}/fact_transactions/**/*.parquet', hive_partitioning = true)"
    sessions = f"read_parquet('{warehouse}/fact_sessions/**/*.parquet', hive_partitioning = true)"
    period = f"shop_day BETWEEN DATE '{first}' AND DATE '{last}'"
    return duckdb.sql(f"""
      WITH sale AS (SELECT * FROM {sales} WHERE is_sale AND {period}),
           visit AS (SELECT * FROM {sessions} WHERE {period})
      {sql}""").df()


figures = query("""
  SELECT sum(total_amount) AS revenue, count(*) FILTER (quantity > 0) AS transactions,
         count(DISTINCT order_id) FILTER (quantity > 0) AS orders, sum(quantity) AS units,
         (SELECT count(*) FILTER (has_purchase) / count(*) FROM visit) AS conversion
  FROM sale""").iloc[0]
columns = st.columns(5)
columns[0].metric("Total revenue", f"{figures.revenue:,.2f}")
columns[1].metric("Transactions", f"{figures.transactions:,.0f}")
columns[2].metric("Avg order", f"{figures.revenue / figures.orders:,.2f}")
columns[3].metric("Products sold", f"{figures.units:,.0f}")
columns[4].metric("Conversion", f"{figures.conversion:.2%}")
left, right = st.columns([2, 1])
left.line_chart(query("SELECT shop_day, sum(total_amount)::DOUBLE AS revenue FROM sale GROUP BY 1 ORDER BY 1"),
                x="shop_day", y="revenue")
right.bar_chart(query("SELECT category, sum(total_amount)::DOUBLE AS revenue FROM sale GROUP BY 1"), x="category",
                y="revenue", horizontal=True)
right.bar_chart(query("SELECT region, sum(total_amount)::DOUBLE AS revenue FROM sale GROUP BY 1"), x="region",
                y="revenue", horizontal=True)
st.dataframe(query("""SELECT product_id, sum(total_amount) AS revenue FROM sale WHERE NOT is_charge
                      GROUP BY 1 ORDER BY 2 DESC LIMIT 10"""))
