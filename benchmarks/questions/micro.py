"""The small questions, answered by Google Benchmark: one executable a file of benchmarks/micro."""

import json
import os
import subprocess

from harness.contest import Outcome, Target, say
from harness.process import Failed

TITLE = "Small questions"


def ask(session):
    """A row per benchmark: its name, median time, spread, and rate."""
    say(f"\n{TITLE}")
    rows = []
    repetitions = max(session.rounds, 3)  # what median and variation need
    for program in sorted(session.programs.glob("micro.*")):
        done = subprocess.run([program, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}",
                               "--benchmark_report_aggregates_only=true"], cwd=session.work, text=True,
                              capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
        if done.returncode != 0:
            raise Failed(f"{program.name}: {done.stderr.strip()}")
        rows += read(program.name.removeprefix("micro."), json.loads(done.stdout)["benchmarks"])
    for row in rows:
        say(f"  {row['name']:<52} {rate(row)}")
    return rows


def judge(rows):
    """The targets among the small questions."""
    hand_offs = [row["items_per_s"] / 1e6 for row in rows if row["file"] == "credit_handoff"]
    return Outcome(TITLE, targets=[
        Target("hand-offs of a batch between two actors with credit", max(hand_offs), 1, True, " million/s")
    ] if hand_offs else [])


def read(file, runs):
    aggregates = {}
    for run in runs:
        aggregates.setdefault(run["run_name"], {})[run["aggregate_name"]] = run
    for name, found in aggregates.items():
        median = found["median"]
        yield {
            "file": file,
            "name": f"{file}: {name.removesuffix('/process_time/real_time')}",
            "ns": median["real_time"],
            "cpu_ns": median["cpu_time"],
            "variation": found["cv"]["real_time"] if "cv" in found else None,
            "bytes_per_s": median.get("bytes_per_second"),
            "items_per_s": median.get("items_per_second"),
        }


def rate(row):
    parts = []
    if row["bytes_per_s"]:
        parts.append(f"{row['bytes_per_s'] / 1e6:,.0f} MB/s")
    if row["items_per_s"]:
        parts.append(f"{row['items_per_s']:,.0f}/s")
    return ", ".join(parts)
