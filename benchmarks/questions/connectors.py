"""What does it cost that an API is described by a manifest?

The DataSync API by a manifest against ingest's own source for it, into the same table; ingest read of the same manifest,
in records for each second of its CPU; and a stream that is a request for each of as many parents as there are events."""

from harness import contest
from harness.api import KEY, RestApi
from harness.contest import Contestant, Target

TITLE = "Connectors: API to table, by a manifest and by the source that is made for it"
DECLARED, OWN = "ingest run of a manifest", "ingest run of the DataSync source"
READ_TITLE, READ = "Connectors: records to /dev/null", "ingest read of a manifest"
CHILDREN_TITLE, CHILDREN = "Connectors: a request for each parent, two records each", "ingest run, 8 readers"


def flags(session, base):
    """The flags of a connection; its settings are in a file beside the data."""
    config = session.work / "connector.json"
    config.write_text(f'{{"base_url": "{base}", "token": "{KEY}"}}')
    return "--connector-config", config


def ask(session):
    return [ask_whole(session), ask_read(session), ask_children(session)]


def ask_whole(session):
    api = session.api()
    truth = session.truth(api)
    manifest = session.root / "benchmarks" / "connectors" / "events.yaml"

    def checked(_):
        session.database.check(*truth)

    def declared(scratch):
        return session.ingest(scratch, "run", manifest, *flags(session, api.base), "--tables", "json", "--write", "skip")

    def own(scratch):
        return session.ingest(scratch, "run", "--endpoint", "standard", api=api)

    outcome = contest.hold(TITLE, [
        Contestant(DECLARED, declared, checked, ours=True),
        Contestant(OWN, own, checked, ours=True),
    ], session, api)
    outcome.add_target("time by a manifest, in that of the DataSync source", DECLARED, OWN, 1.1, at_least=False)
    return outcome


def ask_read(session):
    api = session.api()
    manifest = session.root / "benchmarks" / "connectors" / "events.yaml"

    def read(scratch):
        # The report says whether all came: what was printed is gone.
        return session.start(["sh", "-c", 'exec "$@" >/dev/null', "read", session.binaries / "ingest", "read", manifest,
                              *flags(session, api.base), "--report", scratch / "report.json"], scratch)

    def checked(scratch):
        found = contest.process.read_json(scratch / "report.json")["rows_fetched"]
        if found != api.events:
            raise contest.process.Failed(f"{found} records were read of {api.events}")

    outcome = contest.hold(READ_TITLE, [Contestant(READ, read, checked, ours=True)], session, api)
    outcome.targets.append(Target("records read for a second of CPU", api.events / outcome.median(READ, "cpu_s"),
                                  1_000_000, True, ""))
    return outcome


def ask_children(session):
    folder = session.root / "benchmarks" / "connectors"
    description = session.work / "children.api.yaml"
    text = (folder / "children.api.yaml").read_text()
    description.write_text(text.replace("records: 20000", f"records: {session.events}"))
    api = RestApi(session.binaries, description)
    try:
        wanted = api.truth()["children.records"]

        def run(scratch):
            return session.ingest(scratch, "run", folder / "children.yaml", *flags(session, api.base), "--stream",
                                  "children", "--table", "ingested_events")

        def checked(_):
            found = int(session.database.sql("SELECT count(DISTINCT id) FROM ingested_events")[0])
            if found != wanted or api.counters()["children.unauthorized"] > 0:
                raise contest.process.Failed(f"{found} children are in the table, expected {wanted}")

        outcome = contest.hold(CHILDREN_TITLE, [Contestant(CHILDREN, run, checked, ours=True, table_exists=False)],
                               session, api, rounds=1)
        outcome.targets += [
            Target("requests for children a second", session.events / outcome.median(CHILDREN), 3000, True, ""),
            Target("peak memory", outcome.median(CHILDREN, "peak_bytes") / 1e6, 96, False, " MB"),
        ]
        return outcome
    finally:
        api.stop()
