"""What both peers' overview pages ask of the warehouse's Parquet files, with DuckDB, as a data engineer writes it."""

import duckdb


class Overview:
    def __init__(self, warehouse, first, last):
        self.sales = f"read_parquet('{warehouse}/fact_transactions/**/*.parquet', hive_partitioning = true)"
        self.sessions = f"read_parquet('{warehouse}/fact_sessions/**/*.parquet', hive_partitioning = true)"
        self.period = f"shop_day BETWEEN DATE '{first}' AND DATE '{last}'"

    def ask(self, sql, region):
        where = self.period + (f" AND region = '{region}'" if region != "All" else "")
        # A connection of its own: several visitors ask at once.
        with duckdb.connect() as connection:
            return connection.sql(f"""
              WITH sale AS (SELECT * FROM {self.sales} WHERE is_sale AND {where}),
                   visit AS (SELECT * FROM {self.sessions} WHERE {where})
              {sql}""").df()

    def figures(self, region):
        """Label and text of the five figures."""
        row = self.ask("""
          SELECT sum(total_amount) AS revenue, count(*) FILTER (quantity > 0) AS transactions,
                 sum(quantity) AS units,
                 (SELECT count(*) FILTER (has_purchase) / count(*) FROM visit) AS conversion
          FROM sale""", region).iloc[0]
        return [("Total revenue", f"{row.revenue:,.2f}"), ("Transactions", f"{row.transactions:,.0f}"),
                ("Avg transaction", f"{row.revenue / row.transactions:,.2f}"), ("Products sold", f"{row.units:,.0f}"),
                ("Conversion", f"{row.conversion:.2%}")]

    def days(self, region):
        return self.ask("SELECT shop_day, sum(total_amount)::DOUBLE AS revenue FROM sale GROUP BY 1 ORDER BY 1", region)

    def revenue_by(self, column, region):
        return self.ask(f"SELECT {column}, sum(total_amount)::DOUBLE AS revenue FROM sale GROUP BY 1 ORDER BY 2 DESC",
                        region)

    def products(self, region):
        return self.ask("""SELECT product_id, sum(total_amount)::DOUBLE AS revenue FROM sale WHERE NOT is_charge
                           GROUP BY 1 ORDER BY 2 DESC LIMIT 10""", region)


REGIONS = ["All", "Europe", "North America", "Asia"]
