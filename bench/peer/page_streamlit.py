"""The page's peer: the same overview over the same warehouse as a data engineer writes it with Streamlit.

    streamlit run page_streamlit.py -- WAREHOUSE_DIRECTORY FROM TO
"""

import sys

import streamlit as st

from overview_queries import REGIONS, Overview

st.set_page_config(page_title="Overview", layout="wide")
overview = Overview(*sys.argv[1:])


@st.cache_data
def query(name, *words):
    return getattr(overview, name)(*words)


region = st.radio("Region", REGIONS, horizontal=True)
for column, (label, text) in zip(st.columns(5), query("figures", region)):
    column.metric(label, text)
left, right = st.columns([2, 1])
left.line_chart(query("days", region), x="shop_day", y="revenue")
for dimension in ("category", "region"):
    right.bar_chart(query("revenue_by", dimension, region), x=dimension, y="revenue", horizontal=True)
st.dataframe(query("products", region))
