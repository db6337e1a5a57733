"""How long does it take to merge events into a table that has five times as many rows?

ingest load with WRITE=merge against what one does by hand: psql's COPY into a temporary table, and INSERT … ON CONFLICT
DO UPDATE from there. Once half of the events are in the table with other content, and once all of them as they are."""

import shutil

from harness import contest
from harness.contest import Contestant
from harness.database import TABLE

from . import load

TITLES = {"changed": "Merge: a million events, half of them known and changed, into five million rows",
          "same": "Merge: a million events that have not changed, into five million rows"}
OURS, PSQL = "ingest load --write merge", "psql: COPY to a temporary table, INSERT … ON CONFLICT DO UPDATE"
WANTED = {"changed": 2.0, "same": 4.0}

BY_HAND = (f"CREATE TEMPORARY TABLE staged (LIKE {TABLE})", r"\copy staged FROM 'events.csv' "
           r"(FORMAT csv, DELIMITER E'\t', QUOTE E'\x01')",
           f"INSERT INTO {TABLE} SELECT * FROM staged ON CONFLICT (id) DO UPDATE SET data = excluded.data")


def make_base(session, folder, kind, events):
    """The table before the merge, kept beside it: rows of nobody else's ids, and of the events what they shall be."""
    base = f"base_{kind}"
    known = "SELECT id, data FROM the_events" if kind == "same" else (
        "SELECT id, data || '{\"was\": \"another\"}' FROM (SELECT *, row_number() OVER (ORDER BY id) AS n "
        "FROM the_events) e WHERE n % 2 = 0")
    session.database.sql("SET client_min_messages = warning",
                         "DROP TABLE IF EXISTS the_events", f"DROP TABLE IF EXISTS {base}",
                         "CREATE UNLOGGED TABLE the_events (id text, data jsonb)",
                         rf"\copy the_events FROM '{folder / 'events.tsv'}' (FORMAT csv, DELIMITER E'\t', QUOTE E'\x01')",
                         f"CREATE TABLE {base} AS SELECT md5(n::text) || '-other' AS id, (SELECT data FROM the_events "
                         f"LIMIT 1) AS data FROM generate_series(1, {4 * events}) n UNION ALL {known}",
                         "DROP TABLE the_events")
    return (f"CREATE TABLE {TABLE} AS SELECT * FROM {base} ORDER BY id; "
            f'ALTER TABLE {TABLE} ALTER id TYPE text COLLATE "C", ADD PRIMARY KEY (id), ALTER data SET NOT NULL')


def ask_of(session, kind):
    folder = load.make_buffer(session, session.api())
    events, _ = session.truth(session.api())
    definition = make_base(session, folder, kind, events)
    url = session.database.url

    def checked(_):
        counts = session.database.sql(f"SELECT count(*), count(*) FILTER (WHERE id LIKE '%-other'), "
                                      f"count(*) FILTER (WHERE data ? 'was') FROM {TABLE}")
        if counts != [str(5 * events), str(4 * events), "0"]:
            raise contest.process.Failed(f"{TABLE} has {' '.join(counts)} rows, of others, and of those as they were")

    def copy_buffer(scratch):
        shutil.copytree(folder / "data", scratch / "data")

    def copy_file(scratch):
        shutil.copy(folder / "events.tsv", scratch / "events.csv")

    def ours(scratch):
        return session.ingest(scratch, "load", "--write", "merge")

    def psql(scratch):
        return session.start(["psql", url, "-Xq", "-v", "ON_ERROR_STOP=1",
                              *[word for s in BY_HAND for word in ("-c", s)]], scratch)

    outcome = contest.hold(TITLES[kind], [
        Contestant(OURS, ours, checked, copy_buffer, ours=True, definition=definition),
        Contestant(PSQL, psql, checked, copy_file, definition=definition),
    ], session)
    outcome.add_target(f"merge, {kind}, vs. by hand", OURS, PSQL, WANTED[kind])
    session.database.sql(f"DROP TABLE base_{kind}")
    return outcome


def ask(session):
    return [ask_of(session, kind) for kind in TITLES]
