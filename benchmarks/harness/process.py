"""Runs a command and says what it cost, with all the processes that it started."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.05


class Failed(Exception):
    """A command that was to be measured ended with an error: its time means nothing."""


@dataclass
class Usage:
    wall_s: float
    cpu_s: float
    peak_bytes: int
    written_bytes: int | None  # to files, as the kernel counts pages made dirty; None where it does not count


def read_stat(pid):
    """The fields of /proc/PID/stat behind the program's name, or None when the process is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def written_by(pid):
    """Bytes that a process and its children that have ended caused to be written, less those taken back."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/io").read_text().splitlines()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return None
    counts = dict(line.split(": ") for line in lines)
    return int(counts["write_bytes"]) - int(counts["cancelled_write_bytes"])


def status_bytes(pid, *fields):
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return [0] * len(fields)
    values = dict(line.split(":", 1) for line in lines)
    return [int(values[f].split()[0]) * 1024 if f in values else 0 for f in fields]


def tree(root):
    """A process and its descendants; quick, so that looking often costs the measured ones nothing."""
    yield root
    for children_file in pathlib.Path(f"/proc/{root}/task").glob("*/children"):
        try:
            found = children_file.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in found:
            yield from tree(int(child))


class MemoryWatch:
    """Samples the resident memory of a process and its descendants until stopped. The sum over the processes counts, or
    the kernel's own high-water mark of a single one where that is greater. (wait4's figure is not used: a process
    inherits the peak of the one that forked it.)"""

    def __init__(self, root):
        self.peak = 0
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join()

    def _watch(self):
        while not self._ended.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self):
        total = 0
        for pid in tree(self._root):
            now, highest = status_bytes(pid, "VmRSS", "VmHWM")
            total += now
            self.peak = max(self.peak, highest)
        self.peak = max(self.peak, total)


def read_json(path):
    return json.loads(pathlib.Path(path).read_text())


def run(argv, *, env, cwd, log):
    """Runs `argv` to its end; its output goes to the file `log`. Raises Failed for any exit code but 0."""
    with open(log, "wb") as out:
        begin = time.monotonic()
        child = subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                                 stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        watch = MemoryWatch(child.pid)
        try:
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
            wall = time.monotonic() - begin
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            watch.stop()
    written = written_by(child.pid)  # a process that has ended can be asked until it is waited for
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        tail = "\n".join(pathlib.Path(log).read_text(errors="replace").splitlines()[-5:])
        raise Failed(f"{' '.join(map(str, argv))} ended with exit code {child.returncode}; the end of {log}:\n{tail}")
    return Usage(wall, usage.ru_utime + usage.ru_stime, watch.peak, written)


def check(argv):
    """Runs a command that is not measured; raises Failed unless it ends with exit code 0."""
    done = subprocess.run([str(word) for word in argv], text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, argv))}: {(done.stdout + done.stderr).strip()[-300:]}")


def children(parent):
    return [pid for pid in pids() if (stat := read_stat(pid)) is not None and int(stat[1]) == parent]


def cpu_of_tree(root):
    """CPU seconds of a process, of its living children, and of those that have ended."""
    ticks = sum(int(field) for field in read_stat(root)[11:15])
    for pid in children(root):
        stat = read_stat(pid)
        ticks += int(stat[11]) + int(stat[12]) if stat else 0
    return ticks / TICKS


def written_by_tree(root):
    """As written_by, for a process, its living children, and those that have ended."""
    if written_by(root) is None:
        return None
    return sum(written_by(pid) or 0 for pid in [root, *children(root)])


def busy_cpu():
    """CPU seconds that all processes of this machine have used, the time that a hypervisor took away included."""
    user, nice, system, _, _, irq, softirq, steal, *_ = map(
        int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:])
    return (user + nice + system + irq + softirq + steal) / TICKS
