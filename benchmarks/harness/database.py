"""A private PostgreSQL cluster, and what one run made of the table in it."""

import hashlib
import pathlib
import subprocess
import time

from . import process

TABLE = "ingested_events"


def id_sum(ids):
    """A checksum of a set of ids that does not depend on their order; id_sum_sql computes the same in PostgreSQL."""
    return sum(int(hashlib.md5(i).hexdigest()[:15], 16) for i in ids)


ID_SUM_SQL = f"SELECT count(*), coalesce(sum(('x' || substr(md5(id::text), 1, 15))::bit(60)::bigint), 0) FROM {TABLE}"


class Database:
    """Starts the cluster that scripts/postgres makes; all who are compared load into it, with the same settings."""

    def __init__(self, root, work):
        self._script = root / "scripts" / "postgres"
        self._directory = work / "postgres"
        self.url = subprocess.run([self._script, "start", self._directory], check=True, text=True,
                                  stdout=subprocess.PIPE).stdout.strip()
        self._postmaster = int((self._directory / "postmaster.pid").read_text().splitlines()[0])

    def stop(self):
        subprocess.run([self._script, "stop", self._directory], check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def sql(self, *statements):
        """Runs each statement by itself and returns the last one's first row."""
        commands = [word for s in statements for word in ("-c", s)]
        done = subprocess.run(["psql", self.url, "-XqAt", "-v", "ON_ERROR_STOP=1", *commands], text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise process.Failed(f"psql: {done.stderr.strip()}")
        lines = done.stdout.strip().splitlines()
        return lines[-1].split("|") if lines else []

    def reset(self, table=True, definition=None):
        """The table, empty, with its key, or no table at all; no ledger; nothing left to be written to disk."""
        self.sql("SET client_min_messages = warning", "DROP SCHEMA IF EXISTS ingest CASCADE",
                 f"DROP TABLE IF EXISTS {TABLE}",
                 *([definition or f"CREATE TABLE {TABLE} (id TEXT PRIMARY KEY, data JSONB NOT NULL)"] if table else []),
                 "CHECKPOINT")

    def checkpoint(self):
        self.sql("CHECKPOINT")

    def wal_position(self):
        return int(self.sql("SELECT pg_current_wal_insert_lsn() - '0/0'")[0])

    def _await_backends(self):
        """Waits until no client's backend is left: while one ends, it is easily counted neither as a child nor as one
        that has ended. One that is just ending has no command line any more."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            lines = [process.command_line(pid) for pid in process.children(self._postmaster)]
            if all(line and b"postgres: postgres postgres" not in line for line in lines):
                return
            time.sleep(0.01)

    def cpu(self):
        """CPU seconds of the server and all its backends so far."""
        self._await_backends()
        return process.cpu_of_tree(self._postmaster)

    def written(self):
        self._await_backends()
        return process.written_by_tree(self._postmaster)

    def check(self, events, ids):
        """Raises Failed unless the table is LOGGED, has its key, and holds exactly the events expected."""
        count, checksum = self.sql(ID_SUM_SQL)
        if (int(count), int(checksum)) != (events, ids):
            raise process.Failed(f"{TABLE} holds {count} rows with checksum {checksum}, expected {events} with {ids}")
        kept = self.sql("SELECT c.relpersistence = 'p' AND count(i.indexrelid) = 1 AND bool_and(i.indisvalid) "
                        "FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary "
                        f"WHERE c.oid = '{TABLE}'::regclass GROUP BY c.relpersistence")
        if kept != ["t"]:
            raise process.Failed(f"{TABLE} has lost its primary key, or is not LOGGED")

    def version(self):
        return self.sql("SHOW server_version")[0]

    def settings(self):
        """What differs from PostgreSQL's defaults, apart from paths and addresses."""
        lines = (self._directory / "postgresql.conf").read_text().splitlines()
        wanted = ("shared_buffers", "max_wal_size")
        return {name.strip(): value.split("#")[0].strip() for name, _, value in (l.partition("=") for l in lines)
                if name.strip() in wanted}


def count_buffered(directory: pathlib.Path):
    """Rows and id_sum of the buffer's segments, or of another COPY text file in `directory`."""
    count = 0
    checksum = 0
    for path in sorted(directory.glob("*.tsv")):
        with open(path, "rb") as lines:
            for line in lines:
                count += 1
                checksum += int(hashlib.md5(line.partition(b"\t")[0]).hexdigest()[:15], 16)
    return count, checksum
