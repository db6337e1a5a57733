"""What does a slice cost, and does anything grow with those that are done?

Slices of five records each, a page a slice, made by the program itself; all of them, a tenth of them, and all of them
with a kill after half. One round: peaks hardly vary."""

import json
import signal
import subprocess

from harness import contest
from harness.contest import Contestant, Outcome, Target

TITLE = "Many small slices"
COUNT = 200_000
RECORDS = 5
KILLED = "killed after half, and begun again"


def ask(session):
    program = session.binaries.parent / "benchmarks" / "many_slices"
    url = session.database.url

    def checked(count):
        def check(_):
            found = session.database.sql(
                "SELECT concat_ws(' ', count(*), count(DISTINCT id), (SELECT count(*) FROM ingest.slices WHERE done), "
                "(SELECT count(*) FROM ingest.pages)) FROM ingested_events")[0]
            if found != f"{count * RECORDS} {count * RECORDS} {count} 0":
                raise contest.process.Failed(f"rows, ids, slices and pages in the ledger are {found}")
        return check

    def load(count):
        return lambda scratch: session.start([program, url, scratch / "data", count], scratch)

    def die(scratch):
        done = subprocess.run([program, url, scratch / "data", str(COUNT), "--die-after", str(COUNT // 2)],
                              capture_output=True, check=False)
        if done.returncode != -signal.SIGKILL:
            raise contest.process.Failed(f"it did not die: {done.stderr[-300:]}")

    def resume(scratch):
        die(scratch)
        usage = load(COUNT)(scratch)
        said = json.loads((scratch / "log").read_text().splitlines()[-1])
        return usage, {"first_read_s": said["first_read_s"]}

    few, many = f"{COUNT // 10:,} slices", f"{COUNT:,} slices"
    again = f"{COUNT:,} slices, {KILLED}"
    outcome = contest.hold(TITLE, [
        Contestant(few, load(COUNT // 10), checked(COUNT // 10), ours=True, table_exists=False),
        Contestant(many, load(COUNT), checked(COUNT), ours=True, table_exists=False),
        Contestant(again, resume, checked(COUNT), ours=True, table_exists=False),
    ], session, rounds=1)
    outcome.targets += [
        Target("slices per second", COUNT / outcome.median(many), 2000, True, ""),
        Target(f"peak memory, {many}", outcome.median(many, "peak_bytes") / 1e6, 64, False, " MB"),
        Target("start to first read behind a kill", outcome.median(again, "first_read_s"), 2, False, " s"),
    ]
    return outcome
