"""How long does it take to load events into columns?

ingest load with TABLES=typed, which finds the columns' values in the records' JSON, against psql, whose CSV has them in
columns already, into the same table with its key; and against ingest load of the same events into (id, data)."""

import csv
import datetime
import json
import shutil

from harness import contest
from harness.contest import Contestant
from harness.database import TABLE

from . import load

TITLE = "Load into columns: the same events from disk to a typed table"
TYPED, PSQL, WHOLE = "ingest load --tables typed", r"psql \copy of a CSV", "ingest load, (id, data)"

COLUMNS = {"id": "uuid PRIMARY KEY", "type": "text", "name": "text", "userId": "uuid", "sessionId": "uuid",
           "timestamp": "timestamptz", "properties": "jsonb", "session": "jsonb"}
TABLE_OF_COLUMNS = ("CREATE TABLE " + TABLE + " (" +
                    ", ".join(f'"{name}" {type_}' for name, type_ in COLUMNS.items()) + ", _ingest_extra jsonb)")


def iso(milliseconds):
    """Of the two spellings that the stand-in API has for times, the one that a timestamptz takes."""
    time = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def make_files(session):
    """The events with one spelling of times, as JSON, as CSV, and as a buffer of ingest."""
    folder = session.work / "typed"
    if folder.exists():
        return folder
    whole = load.make_buffer(session, session.api())
    folder.mkdir()
    with open(whole / "events.tsv", encoding="utf-8") as events, open(folder / "events.ndjson", "w") as lines, \
            open(folder / "events.csv", "w", newline="") as table:
        rows = csv.writer(table)
        for line in events:
            event = json.loads(line.partition("\t")[2])
            if isinstance(event["timestamp"], int):
                event["timestamp"] = iso(event["timestamp"])
            lines.write(json.dumps(event, separators=(",", ":")) + "\n")
            rows.writerow([json.dumps(v, separators=(",", ":")) if isinstance(v, dict) else v
                           for v in (event.get(name) for name in COLUMNS)])
    session.ingest(folder, "fetch", "--from", f"file:{folder / 'events.ndjson'}")
    return folder


def ask(session):
    folder = make_files(session)
    events, ids = session.truth(session.api())
    url = session.database.url
    named = ", ".join(f'"{name}"' for name in COLUMNS)

    def checked(_):
        session.database.check(events, ids)

    def checked_columns(scratch):
        checked(scratch)
        filled = session.database.sql(
            f'SELECT count(*) FROM {TABLE} WHERE num_nulls("type", name, "timestamp", "userId", "sessionId") > 0 '
            "OR _ingest_extra IS NOT NULL")
        if filled != ["0"]:
            raise contest.process.Failed(f"{filled[0]} rows have values that are not in their columns")

    def copy_buffer(scratch):
        shutil.copytree(folder / "data", scratch / "data")

    def copy_csv(scratch):
        shutil.copy(folder / "events.csv", scratch)

    def typed(scratch):
        return session.ingest(scratch, "load", "--tables", "typed")

    def whole(scratch):
        return session.ingest(scratch, "load")

    def psql(scratch):
        return session.start(["psql", url, "-Xq", "-v", "ON_ERROR_STOP=1", "-c",
                              f"\\copy {TABLE} ({named}) FROM 'events.csv' (FORMAT csv)"], scratch)

    outcome = contest.hold(TITLE, [
        Contestant(TYPED, typed, checked_columns, copy_buffer, ours=True, definition=TABLE_OF_COLUMNS),
        Contestant(PSQL, psql, checked_columns, copy_csv, definition=TABLE_OF_COLUMNS),
        Contestant(WHOLE, whole, checked, copy_buffer, ours=True),
    ], session)
    outcome.add_target(r"typed load vs. psql \copy of a CSV", TYPED, PSQL, 3.0)
    outcome.add_target("typed load vs. (id, data)", TYPED, WHOLE, 1.5)
    return outcome
