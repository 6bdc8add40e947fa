"""Runs the souk program in a data directory of its own and reads its answers."""

import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class Souk:
    def __init__(self, data_dir, time_zone):
        self.program = os.environ.get("SOUK", str(REPOSITORY / "build" / "souk"))
        self.flags = ["--data-dir", str(data_dir), "--set", f"shop.time_zone={time_zone}"]

    def run(self, *args):
        """Standard output; a failure ends this program with the command and what it said."""
        command = [self.program, *self.flags, *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"exit code {done.returncode} of: {' '.join(command)}\n{done.stderr}{done.stdout}")
        return done.stdout

    def report(self, name, first, last, filters, *more):
        """The rows of a report, each a dictionary by column name, decimals exact. Without days: first None."""
        days = ["--from", first, "--to", last] if first else []
        args = ["--format", "json", "report", name, *days, *more]
        for flag, values in filters.items():
            for value in values:
                args += ["--" + flag.replace("_", "-"), value]
        return rows_of(self.run(*args))

    def sql(self, statement):
        return rows_of(self.run("--format", "json", "sql", statement))


def rows_of(text):
    return json.loads(text, parse_float=Decimal)
