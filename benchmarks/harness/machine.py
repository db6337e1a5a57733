"""Names the machine and the versions, so that a figure can be judged."""

import os
import pathlib
import platform
import re
import shutil
import subprocess


def first_line(*command):
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    return (done.stdout or done.stderr).strip().partition("\n")[0] or None


def version_of(program):
    found = re.search(r"\d+\.[\w.~+-]*", first_line(program, "--version") or "")
    return found.group() if found else None


def field_of(path, name):
    try:
        lines = pathlib.Path(path).read_text().splitlines()
    except FileNotFoundError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)


def os_name():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def describe(root, work):
    memory = field_of("/proc/meminfo", "MemTotal")
    return {
        "cpu": field_of("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": int(memory.split()[0]) * 1024 if memory else None,
        "kernel": platform.release(),
        "system": os_name(),
        "file_system": first_line("stat", "-f", "-c", "%T", str(work)),
        "load_average_at_start": os.getloadavg()[0],
        "commit": first_line("git", "-C", str(root), "describe", "--always", "--dirty"),
        "compiler": first_line("c++", "--version"),
        "versions": {name: version for name, version in {
            "psql": version_of("psql"),
            "curl": version_of("curl"),
            "node": version_of("node"),
            "pgloader": version_of("pgloader"),
            "python": platform.python_version(),
        }.items() if version},
    }
