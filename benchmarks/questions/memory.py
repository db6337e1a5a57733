"""Do memory and the cost of a row stay the same, however many rows there are?

A tenth of the events and all of them; with --large, ten times as many as well. One round: peaks hardly vary."""

from harness import contest
from harness.contest import Contestant, Outcome, Target
from questions.fetch import check_buffer

TITLE = "Memory and cost per row, by the number of rows"


def ask(session):
    outcome = Outcome(TITLE)
    sizes = [session.events // 10, session.events] + ([session.events * 10] if session.large else [])
    for size in sizes:
        part = measure(session, size)
        outcome.runs |= part.runs
        outcome.ours += part.ours
    few, many = sizes[-2:]
    small, large = (outcome.median(name("run", n), "peak_bytes") / 1e6 for n in (few, many))
    outcome.targets.append(Target(f"peak memory of the whole job, {many:,} rows", large, 64, False, " MB"))
    if session.large:
        cost_few, cost_many = (outcome.median(name("fetch", n)) / n for n in (few, many))
        outcome.targets += [
            Target(f"peak memory of the whole job, {many:,} rows vs. {few:,}", large / small, 1.1, False),
            Target(f"cost per row of ingest fetch, {many:,} rows vs. {few:,}", cost_many / cost_few, 1.1, False),
        ]
    return outcome


def name(command, rows):
    return f"ingest {command}, {rows:,} rows"


def measure(session, rows):
    api = session.api(rows)
    truth = session.truth(api)

    def command(what):
        return lambda scratch: session.ingest(scratch, what, "--endpoint", "standard", "--buffer-quota-bytes", "64GiB",
                                              api=api)

    return contest.hold(f"{TITLE}: {rows:,}", [
        Contestant(name("run", rows), command("run"), lambda _: session.database.check(*truth), ours=True),
        Contestant(name("fetch", rows), command("fetch"), lambda scratch: check_buffer(scratch / "data", truth),
                   ours=True),
    ], session, api, rounds=1)
