"""How long does it take to load events that are on disk already?

ingest load, with its ledger and checksums, against others that load the same bytes into the same table with its key."""

import shutil
import subprocess

from harness import contest
from harness.contest import Contestant

TITLE = "Load: the same rows from disk to table"
OURS, INITIAL = "ingest load", "ingest load --initial-load"
PSQL, PSQL_2 = r"psql \copy", r"psql \copy, 2 connections"
UNNEST, PGLOADER = "INSERT … unnest, 5000 a batch", "pgloader"

PGLOADER_COMMAND = r"""LOAD COPY FROM '{file}' (id, data) INTO {url} TARGET TABLE ingested_events (id, data)
WITH delimiter '\t', null '\N', workers = 2, concurrency = 1, batch rows = 25000, prefetch rows = 50000;
"""


def make_buffer(session, api):
    """A buffer filled once by the program that will load it, and its rows in one file, for everyone."""
    folder = session.work / ("load_before" if session.program == session.before else "load")
    if not folder.exists():
        folder.mkdir()
        session.ingest(folder, "fetch", "--endpoint", "standard", api=api)
        with open(folder / "events.tsv", "wb") as out:
            for segment in sorted((folder / "data").glob("*.tsv")):
                with open(segment, "rb") as part:
                    shutil.copyfileobj(part, out, 1 << 20)
    return folder


def ask(session):
    api = session.api()
    events, ids = session.truth(api)
    folder = make_buffer(session, api)
    url = session.database.url
    node, no_node = session.node()

    def checked(_):
        session.database.check(events, ids)

    def copy_buffer(scratch):
        shutil.copytree(make_buffer(session, api) / "data", scratch / "data")

    def copy_file(scratch):
        shutil.copy(folder / "events.tsv", scratch)

    def halve_file(scratch):
        subprocess.run(["split", "-n", "l/2", "--additional-suffix=.tsv", folder / "events.tsv", scratch / "part"],
                       check=True)

    def write_command(scratch):
        copy_file(scratch)
        (scratch / "command.load").write_text(PGLOADER_COMMAND.format(file=scratch / "events.tsv", url=url))

    def ingest(scratch):
        return session.ingest(scratch, "load")

    def initial_load(scratch):
        return session.ingest(scratch, "load", "--initial-load")

    def psql(scratch):
        return session.start(["bash", session.peers / "psql_copy.sh", url, *sorted(scratch.glob("*.tsv"))], scratch)

    def unnest(scratch):
        return session.start(["node", node / "unnest_inserts.mjs", scratch / "events.tsv", url], scratch)

    def pgloader(scratch):
        return session.start(["pgloader", "--no-ssl-cert-verification", scratch / "command.load"], scratch)

    no_initial = None if session.offers("load", "--initial-load") else "this build of ingest has no such flag"
    no_pgloader = session.missing("pgloader")
    outcome = contest.hold(TITLE, [
        Contestant(OURS, ingest, checked, copy_buffer, ours=True),
        Contestant(INITIAL, initial_load, checked, copy_buffer, skipped=no_initial, ours=True,
                   table_exists=False),
        Contestant(PSQL, psql, checked, copy_file),
        Contestant(PSQL_2, psql, checked, halve_file),
        Contestant(UNNEST, unnest, checked, copy_file, skipped=no_node),
        Contestant(PGLOADER, pgloader, checked, write_command,
                   skipped=no_pgloader and f"{no_pgloader}; --install-peers does"),
    ], session)
    outcome.add_target(r"ingest load vs. psql \copy, key kept", OURS, PSQL, 2.0)
    outcome.add_target(r"ingest load --initial-load vs. psql \copy", INITIAL, PSQL, 2.5)
    return outcome
