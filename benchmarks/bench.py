"""Runs the benchmarks; scripts/bench has built everything before it calls this."""

import argparse
import datetime
import pathlib
import shutil
import signal
import sys
import tempfile

from harness import machine, results
from harness.process import Failed
from harness.session import Session
from questions import (connectors, copy, copy_memory, fetch, load, many_slices, memory, merge, micro, replace, slices,
                       typed, whole_job)

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUESTIONS = {"whole": whole_job, "load": load, "typed": typed, "merge": merge, "replace": replace, "fetch": fetch,
             "slices": slices, "many_slices": many_slices, "connectors": connectors, "memory": memory,
             "copy": copy, "copy_memory": copy_memory, "micro": micro}


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def names(text):
    chosen = text.split(",")
    unknown = [n for n in chosen if n not in QUESTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(QUESTIONS)}")
    return [n for n in QUESTIONS if n in chosen]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=(
        "Measures ingest against other ways to do the same, in interleaved rounds, and checks every row."))
    parser.add_argument("--events", type=positive, default=1_000_000, help="default: 1,000,000")
    parser.add_argument("--rounds", type=positive, default=3, help="default: 3")
    parser.add_argument("--only", type=names, default=list(QUESTIONS), metavar="NAMES",
                        help=f"of {','.join(QUESTIONS)}; default: all")
    parser.add_argument("--large", action="store_true", help="memory: ten times as many events as well")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "build" / "benchmark_results",
                        help="folder to write to; default: build/benchmark_results")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/var/tmp"),
                        help="where cluster, buffers and files go, on a real disk; default: /var/tmp")
    parser.add_argument("--before", type=pathlib.Path, metavar="PROGRAM",
                        help="the ingest of another build, to do what ours does in the same rounds")
    parser.add_argument("--install-peers", action="store_true", help="install pgloader, nodejs and npm, for comparison")
    return parser.parse_args()


def ask_all(arguments, session, run):
    """Writes the results after each question, so that a run that is broken off leaves what it had."""
    outcomes, small = [], []
    for name in arguments.only:
        answer = QUESTIONS[name].ask(session)
        if name == "micro":
            small = answer
            outcomes.append(micro.judge(small))
        else:
            outcomes += answer if isinstance(answer, list) else [answer]
        results.save(arguments.results, run, outcomes, small)
    print(results.markdown(run, outcomes, small))


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = pathlib.Path(tempfile.mkdtemp(prefix="ingest-bench.", dir=arguments.work))
    work.chmod(0o755)  # PostgreSQL's user must get to the cluster
    session = None
    try:
        described = machine.describe(ROOT, work)
        session = Session(ROOT, work, arguments.events, arguments.rounds, arguments.large,
                          arguments.before and arguments.before.resolve())
        ask_all(arguments, session, {
            "date": datetime.date.today().isoformat(),
            "events": arguments.events,
            "rounds": arguments.rounds,
            "machine": described,
            "postgresql": session.database.version(),
            "postgresql_settings": session.database.settings(),
        })
    except Failed as failure:
        print(f"scripts/bench: {failure}", file=sys.stderr)
        return 70
    except KeyboardInterrupt:
        return 130
    finally:
        if session:
            session.close()
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
