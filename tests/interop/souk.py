"""Souk's command line, for the tests beside this file."""

import json
import os
import subprocess
import sys


class Souk:
    """The program that SOUK names, on one data directory and with the settings given ("section.key=value")."""

    def __init__(self, data_dir, *settings):
        self.command = [os.environ["SOUK"], "--quiet", "--data-dir", str(data_dir)]
        for setting in settings:
            self.command += ["--set", setting]

    def run(self, *args):
        done = subprocess.run([*self.command, *map(str, args)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"exit code {done.returncode} of: souk {' '.join(map(str, args))}\n{done.stderr}{done.stdout}")
        return done.stdout

    def json(self, *args):
        return json.loads(self.run("--format", "json", *args))

    def rows(self, table, columns):
        """All rows, every value as text: what JSON can hold must not decide what is compared."""
        texts = ", ".join(f'cast("{name}" as varchar) as "{name}"' for name in columns)
        return [tuple(row[name] for name in columns) for row in self.json("sql", f"select {texts} from {table}")]
