"""Does a copy need the same memory, whatever the file's size and however slow the sink?

100 MB, 1 GiB, with --large 10 GiB, and a sink that takes 50 ms for each write. One round: peaks hardly vary."""

from harness import contest
from harness.contest import Contestant, Outcome, Target
from questions.copy import LOOP, PIPELINE, copy_program

TITLE = "Memory of a copy, by its size"
SIZES = {"100 MB": 100_000_000, "1 GiB": 1 << 30, "10 GiB": 10 << 30}
SLOW = "50 ms a write"
SLOW_BYTES = 16 << 20  # twice what the pipeline has in flight
ENGINES = {LOOP: ("loop", 16), PIPELINE: ("pipeline", 24)}


def ask(session):
    outcome = Outcome(TITLE)
    for label, size in SIZES.items():
        if size <= SIZES["1 GiB"] or session.large:
            add(outcome, session, label, size)
    add(outcome, session, SLOW, SLOW_BYTES, "--write-ms", "50")
    for engine, (_, limit) in ENGINES.items():
        peaks = {label: peak(outcome, engine, label) for label in (*SIZES, SLOW) if name(engine, label) in outcome.runs}
        outcome.targets.append(Target(f"peak memory of {engine}, any size", max(peaks.values()), limit, False, " MB"))
        sizes = [mb for label, mb in peaks.items() if label != SLOW]
        outcome.targets.append(Target(f"peak memory of {engine}, largest file vs. smallest", sizes[-1] / sizes[0], 1.1,
                                      False))
    return [outcome]


def name(engine, label):
    return f"{engine}, {label}"


def peak(outcome, engine, label):
    return outcome.median(name(engine, label), "peak_bytes") / 1e6


def add(outcome, session, label, size, *options):
    begin = session.work / "file"
    with open(begin, "wb") as hollow:
        hollow.truncate(size)  # reads as zeros and takes no room

    def copy(engine):
        return lambda scratch: copy_program(session, engine, begin, scratch / "copy", *options)

    def complete(scratch):
        if (scratch / "copy").stat().st_size != size:
            raise contest.process.Failed(f"the copy of {size} bytes has {(scratch / 'copy').stat().st_size}")

    part = contest.hold(f"{TITLE}: {label}", [
        Contestant(name(engine, label), copy(argument), complete, ours=True)
        for engine, (argument, _) in ENGINES.items()
    ], session, rounds=1)
    begin.unlink()
    outcome.runs |= part.runs
    outcome.ours += part.ours
