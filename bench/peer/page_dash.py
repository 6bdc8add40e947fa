"""The page's peer: the same overview over the same warehouse as a data engineer writes it with Dash.

    python page_dash.py WAREHOUSE_DIRECTORY FROM TO PORT
"""

import sys
from functools import lru_cache

import plotly.express as px
from dash import Dash, Input, Output, dash_table, dcc, html

from overview_queries import REGIONS, Overview

overview = Overview(*sys.argv[1:4])
app = Dash(__name__, title="Overview")
app.layout = html.Div([
    html.H1("Overview"),
    dcc.RadioItems(REGIONS, "All", id="region", inline=True),
    html.Div(id="figures", style={"display": "flex", "gap": "2rem"}),
    html.Div([dcc.Graph(id="days", style={"flex": 2}),
              html.Div([dcc.Graph(id="categories"), dcc.Graph(id="regions")], style={"flex": 1})],
             style={"display": "flex"}),
    dash_table.DataTable(id="products"),
])


@lru_cache
def query(name, *words):
    return getattr(overview, name)(*words)


@app.callback(Output("figures", "children"), Output("days", "figure"), Output("categories", "figure"),
              Output("regions", "figure"), Output("products", "data"), Input("region", "value"))
def show(region):
    cards = [html.Div([html.Div(label), html.H2(text, className="figure")]) for label, text in query("figures", region)]
    bars = [px.bar(query("revenue_by", dimension, region), x="revenue", y=dimension, orientation="h")
            for dimension in ("category", "region")]
    return [cards, px.line(query("days", region), x="shop_day", y="revenue"), *bars,
            query("products", region).to_dict("records")]


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[4]), debug=False)
