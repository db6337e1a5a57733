"""How close does fetching, made durable and ready for COPY, come to not keeping anything?

ingest fetch against curl, which is told all URLs beforehand, reads them one after another over one connection and
throws the bytes away; and how close could it come? Beside them the same bytes are written and synced, by a program that does
nothing else."""

from harness import contest
from harness.api import KEY
from harness.contest import Contestant
from harness.database import count_buffered
from harness.process import Failed

from questions.load import make_buffer

TITLE = "Fetch: API to durable files, against curl to /dev/null"
OURS, CURL, DISK = "ingest fetch", "curl to /dev/null", "the disk alone"


def check_buffer(directory, expected):
    found = count_buffered(directory)
    if found != expected:
        raise Failed(f"the buffer in {directory} holds (rows, checksum) = {found}, expected {expected}")


def ask(session):
    api = session.api()
    truth = session.truth(api)
    urls = api.page_urls()

    def ingest(scratch):
        return session.ingest(scratch, "fetch", "--endpoint", "standard", api=api)

    def list_urls(scratch):
        (scratch / "urls").write_text("".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in urls))

    def curl(scratch):
        return session.start(["curl", "--silent", "--show-error", "--fail", "--header", f"X-API-Key: {KEY}",
                              "--write-out", "%{size_download}\n", "--config", scratch / "urls"], scratch)

    def all_pages_came(scratch):
        sizes = [int(line) for line in (scratch / "log").read_text().split()]
        if len(sizes) != len(urls) or min(sizes) == 0:
            raise Failed(f"curl read {len(sizes)} of {len(urls)} pages")

    def disk(scratch):
        return session.start(["python3", session.peers / "write_and_sync.py", make_buffer(session, api) / "data", scratch,
                              str(len(urls))], scratch)

    def all_was_written(scratch):
        written = sum(path.stat().st_size for path in scratch.glob("*.data"))
        expected = sum(path.stat().st_size for path in (make_buffer(session, api) / "data").glob("*.tsv"))
        if written != expected:
            raise Failed(f"{written} bytes were written instead of {expected}")

    make_buffer(session, api)
    outcome = contest.hold(TITLE, [
        Contestant(OURS, ingest, lambda scratch: check_buffer(scratch / "data", truth), ours=True),
        Contestant(CURL, curl, all_pages_came, list_urls, skipped=session.missing("curl")),
        Contestant(DISK, disk, all_was_written),
    ], session, api)
    outcome.add_target("time of ingest fetch, in curl's", OURS, CURL, 1.5, at_least=False)
    return outcome
