"""How long does it take from an API to a table, and what does it cost?

ingest run, which overlaps all of it and survives kill -9, against two ways that overlap less and survive nothing: fetch
everything into a file and then load that, and a Node pipeline that streams pages into one COPY."""

from harness import contest
from harness.api import KEY
from harness.contest import Contestant, Target

TITLE = "Whole job: API to table"
OURS, INITIAL = "ingest run", "ingest run --initial-load"
TWO_STEP, NODE = "two steps: fetch to TSV, psql", "Node: undici + pg-copy-streams"


def ask(session):
    api = session.api()
    events, ids = session.truth(api)
    node, no_node = session.node()

    def checked(_):
        session.database.check(events, ids)

    def ingest(scratch):
        return session.ingest(scratch, "run", "--endpoint", "standard", api=api)

    def initial_load(scratch):
        return session.ingest(scratch, "run", "--initial-load", "--endpoint", "standard", api=api)

    def two_steps(scratch):
        return session.start(["bash", session.peers / "two_steps.sh", api.base, KEY, session.database.url], scratch)

    def node_pipeline(scratch):
        return session.start(["node", node / "copy_pipeline.mjs", api.base, KEY, session.database.url], scratch)

    outcome = contest.hold(TITLE, [
        Contestant(OURS, ingest, checked, ours=True),
        Contestant(INITIAL, initial_load, checked, ours=True, table_exists=False),
        Contestant(TWO_STEP, two_steps, checked, skipped=session.missing("python3", "psql")),
        Contestant(NODE, node_pipeline, checked, skipped=no_node),
    ], session, api)
    outcome.add_target("whole job vs. two steps", OURS, TWO_STEP, 5)
    outcome.add_target("whole job vs. the Node pipeline", OURS, NODE, 2.2)
    cpu = outcome.median(OURS, "cpu_s") * 1e6 / events
    outcome.targets.append(Target("own CPU for 1,000,000 events, without PostgreSQL's", cpu, 1.5, False, " s"))
    return outcome
