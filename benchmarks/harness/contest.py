"""A contest: several ways to do the same thing, run in turn, round after round, each run checked."""

import pathlib
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from . import process


@dataclass
class Contestant:
    """One way. `run` is what is timed; it returns a process.Usage and may return a dict of remarks beside it."""

    name: str
    run: Callable[[pathlib.Path], object]
    check: Callable[[pathlib.Path], None]
    prepare: Callable[[pathlib.Path], None] = lambda scratch: None
    skipped: str | None = None  # why it cannot be run here
    ours: bool = False
    table_exists: bool = True  # before the run, empty and with its key
    definition: str | None = None  # of a table that is not (id, data)


@dataclass
class Target:
    """What is wanted of a ratio or an amount, and what was reached."""

    text: str
    reached: float
    wanted: float
    at_least: bool
    unit: str = "×"

    def met(self):
        return self.reached >= self.wanted if self.at_least else self.reached <= self.wanted


@dataclass
class Outcome:
    """The measurements of a contest, by contestant, in the order of the rounds."""

    title: str
    runs: dict[str, list[dict]] = field(default_factory=dict)
    ours: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)

    def values(self, name, what):
        return [run[what] for run in self.runs[name] if run[what] is not None]

    def median(self, name, what="wall_s"):
        values = self.values(name, what)
        return statistics.median(values) if values else None

    def times_faster(self, name, than):
        """Median over the rounds of the ratio within a round, where both ran under the same conditions."""
        return statistics.median(self.ratios(name, than))

    def ratios(self, name, than):
        return [b / a for a, b in zip(self.values(name, "wall_s"), self.values(than, "wall_s"))]

    def times_faster_at_best(self, name, than):
        """Ratio of the fastest rounds, for runs so short that what disturbs them is longer than they are."""
        return min(self.values(than, "wall_s")) / min(self.values(name, "wall_s"))

    def add_target(self, text, name, than, wanted, at_least=True, ratio=None):
        """States how many times faster `name` must be than `than`, if both have run: by `ratio`, or times_faster."""
        if name in self.runs and than in self.runs:
            reached = (ratio or self.times_faster)(name, than)
            self.targets.append(Target(text, reached if at_least else 1 / reached, wanted, at_least))


def say(text):
    print(text, file=sys.stderr, flush=True)


def hold(title, contestants, session, api=None, rounds=None, place=None):
    """Runs all contestants in every round, each round beginning with another one, and returns the Outcome. Each run gets
    an empty folder in `place`, by default where all data goes. Where another build is there to compare with, it does what
    ours do, too; what it cannot do it is skipped in."""
    if session.before:
        contestants = contestants + [replace(c, name=f"{c.name}, before", prepare=session.by_before(c.prepare),
                                             run=session.by_before(c.run), ours=False)
                                     for c in contestants if c.ours]
    outcome = Outcome(title, skipped={c.name: c.skipped for c in contestants if c.skipped},
                      ours=[c.name for c in contestants if c.ours])
    say(f"\n{title}")
    for name, why in outcome.skipped.items():
        say(f"  {name}: skipped: {why}")
    able = [c for c in contestants if not c.skipped]
    for number in range(rounds or session.rounds):
        turn = number % len(able)
        for contestant in able[turn:] + able[:turn]:
            if contestant.name in outcome.skipped:
                continue
            try:
                run = measure(contestant, session, api, number + 1, place or session.work)
            except process.Failed as failure:
                if contestant.ours:
                    raise
                outcome.skipped[contestant.name] = f"it failed: {failure}"
                say(f"  {contestant.name}: {outcome.skipped[contestant.name]}")
                continue
            outcome.runs.setdefault(contestant.name, []).append(run)
            say(f"  round {number + 1}  {contestant.name:<36} {run['wall_s']:8.2f} s   own CPU {run['cpu_s']:6.2f} s   "
                f"PostgreSQL's {run['database_cpu_s']:6.2f} s   peak {run['peak_bytes'] / 1e6:6.0f} MB   "
                f"others' CPU {run['foreign_cpu_s']:6.2f} s")
    outcome.runs = {c.name: outcome.runs[c.name] for c in able if c.name not in outcome.skipped}
    for name in outcome.ours:
        if f"{name}, before" in outcome.runs:
            ratios = outcome.ratios(name, f"{name}, before")
            say(f"  {name}, before and after: {statistics.median(ratios):.2f} times as fast as before "
                f"({min(ratios):.2f} to {max(ratios):.2f})")
    return outcome


def measure(contestant, session, api, number, place):
    database = session.database
    scratch = place / "run"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    contestant.prepare(scratch)
    database.reset(contestant.table_exists, contestant.definition)
    session.settle()
    before = database.cpu(), database.written(), database.wal_position(), api.cpu() if api else 0, process.busy_cpu()
    result = contestant.run(scratch)
    usage, remarks = result if isinstance(result, tuple) else (result, {})
    busy = process.busy_cpu() - before[4]
    api_cpu = (api.cpu() - before[3]) if api else 0
    database_cpu = database.cpu() - before[0]
    wal = database.wal_position() - before[2]
    database.checkpoint()  # what waits in the server's memory is part of what the run writes
    written = None if before[1] is None else database.written() - before[1]
    contestant.check(scratch)
    shutil.rmtree(scratch)
    return {
        "round": number,
        "wall_s": usage.wall_s,
        "cpu_s": usage.cpu_s,
        "database_cpu_s": database_cpu,
        "api_cpu_s": api_cpu,
        "foreign_cpu_s": max(0.0, busy - usage.cpu_s - database_cpu - api_cpu),
        "peak_bytes": usage.peak_bytes,
        "written_bytes": usage.written_bytes,
        "database_written_bytes": written,
        "wal_bytes": wal,
        **remarks,
    }
