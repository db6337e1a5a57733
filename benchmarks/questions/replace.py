"""What does it cost to replace a table, whose readers see the old rows until the new ones are all there?

ingest load with WRITE=replace, of a table that holds as many events already, against ingest load into an empty one."""

import shutil

from harness import contest
from harness.contest import Contestant
from harness.database import TABLE

from . import load

TITLE = "Replace: a million events in the place of a million others"
REPLACE, PLAIN = "ingest load --write replace", "ingest load"

DEFINITION = (f"CREATE TABLE {TABLE} (id text PRIMARY KEY, data jsonb NOT NULL); INSERT INTO {TABLE} "
              "SELECT md5(n::text), '{\"n\": 1}' FROM generate_series(1, %d) n")


def ask(session):
    folder = load.make_buffer(session, session.api())
    events, ids = session.truth(session.api())

    def checked(_):
        session.database.check(events, ids)

    def copy_buffer(scratch):
        shutil.copytree(folder / "data", scratch / "data")

    def replace(scratch):
        return session.ingest(scratch, "load", "--write", "replace")

    def plain(scratch):
        return session.ingest(scratch, "load")

    outcome = contest.hold(TITLE, [
        Contestant(REPLACE, replace, checked, copy_buffer, ours=True, definition=DEFINITION % events),
        Contestant(PLAIN, plain, checked, copy_buffer, ours=True),
    ], session)
    outcome.add_target("time of a replacement, in that of a load", REPLACE, PLAIN, 1.1, at_least=False)
    return outcome
