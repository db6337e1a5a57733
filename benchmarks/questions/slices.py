"""What do time windows that are read in parallel gain where the API is slow to answer?

The API waits 200 ms before each page. No database: with one, loading would hide part of the difference."""

from harness import contest
from harness.api import FIRST_MS, LAST_MS
from harness.contest import Contestant
from questions.fetch import check_buffer

TITLE = "Slices: an API that takes 200 ms a page"
ONE, EIGHT = "ingest fetch, 1 slice", "ingest fetch, 8 slices"


def ask(session):
    api = session.api(delay_ms=200)
    truth = session.truth(api)

    def fetch(slices):
        window = ("--since", FIRST_MS, "--until", LAST_MS)
        return lambda scratch: session.ingest(scratch, "fetch", "--endpoint", "stream", "--slices", slices, *window,
                                              api=api)

    def checked(scratch):
        check_buffer(scratch / "data", truth)

    outcome = contest.hold(TITLE, [
        Contestant(ONE, fetch(1), checked, ours=True),
        Contestant(EIGHT, fetch(8), checked, ours=True),
    ], session, api)
    outcome.add_target("8 slices vs. 1", EIGHT, ONE, 7)
    return outcome
