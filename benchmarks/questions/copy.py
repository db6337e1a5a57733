"""What do the engines cost by themselves, where source and sink are plain files?

One file of 1 GiB to another: the loop (ingest_stream), the actor pipeline, cat, and a loop over a stream in Node. Once
in memory (tmpfs), where nothing hides what the engines cost, and once on disk with the copy made durable by everyone,
as our file sink does it in any case. The targets go by the fastest rounds: on a virtual machine the first use of memory
by anybody costs several times what copying into it does, and hits one or another."""

import pathlib
import shutil
import tempfile

from harness import contest, process
from harness.contest import Contestant

TITLE = "Copy: 1 GiB, file to file"
LOOP, PIPELINE = "ingest_stream", "actors::pipeline"
CAT, CAT_SYNC, NODE = "cat", "cat, then sync", "Node: for await … write, 64 KiB"
BYTES = 1 << 30
SHARED_MEMORY = pathlib.Path("/dev/shm")


def make_file(path, size):
    """Bytes that differ from block to block, so that a lost or repeated block is seen."""
    block = bytearray(range(256)) * 256
    with open(path, "wb") as out:
        for number in range(size // len(block)):
            block[:8] = number.to_bytes(8, "little")
            out.write(block)
        out.write(block[: size % len(block)])


def copy_program(session, engine, begin, end, *options):
    return session.start([session.programs / "copy_file", engine, begin, end, *options], end.parent)


def contestants(session, begin, durable):
    node, no_node = session.node()

    def same(scratch):
        process.check(["cmp", begin, scratch / "copy"])

    def ours(engine):
        return lambda scratch: copy_program(session, engine, begin, scratch / "copy")

    def cat(scratch):
        command = 'cat "$1" >"$2"' + (' && sync "$2"' if durable else "")
        return session.start(["sh", "-c", command, "sh", begin, scratch / "copy"], scratch)

    def node_loop(scratch):
        return session.start(["node", node / "copy_file.mjs", begin, scratch / "copy"], scratch)

    found = [Contestant(LOOP, ours("loop"), same, ours=True),
             Contestant(PIPELINE, ours("pipeline"), same, ours=True),
             Contestant(CAT_SYNC if durable else CAT, cat, same)]
    if not durable:
        found.append(Contestant(NODE, node_loop, same, skipped=no_node))
    return found


def ask(session):
    outcomes = []
    rounds = max(session.rounds, 5)  # they take a second, and the first of them less than that
    if shutil.disk_usage(SHARED_MEMORY).free > 3 * BYTES:
        with tempfile.TemporaryDirectory(prefix="ingest-bench.", dir=SHARED_MEMORY) as memory:
            begin = pathlib.Path(memory) / "file"
            make_file(begin, BYTES)
            outcome = contest.hold(f"{TITLE}, in memory", contestants(session, begin, False), session, rounds=rounds,
                                   place=pathlib.Path(memory))
            best = outcome.times_faster_at_best
            for engine in (LOOP, PIPELINE):
                outcome.add_target(f"{engine}, time of copying 1 GiB, in cat's, fastest rounds", engine, CAT, 1.3,
                                   at_least=False, ratio=best)
                outcome.add_target(f"{engine} vs. a loop in Node, fastest rounds", engine, NODE, 5, ratio=best)
            outcomes.append(outcome)
    begin = session.work / "file"
    make_file(begin, BYTES)
    outcomes.append(contest.hold(f"{TITLE}, durable on disk", contestants(session, begin, True), session, rounds=rounds))
    begin.unlink()
    return outcomes
