"""What the questions share: where things are, how much is asked, and the servers."""

import os
import pathlib
import shutil
import subprocess
import time

from . import process
from .api import KEY, Api
from .database import Database


class Session:
    def __init__(self, root, work, events, rounds, large, before=None):
        self.root = root
        self.work = work
        self.events = events
        self.rounds = rounds
        self.large = large
        self.binaries = root / "build" / "release" / "bin"
        self.program = self.binaries / "ingest"
        self.before = before  # the program of another build, which does what ours do, in the same rounds; or None
        self.programs = root / "build" / "release" / "benchmarks"
        self.peers = root / "benchmarks" / "peers"
        self.database = Database(root, work)
        self._apis = {}
        self._truths = {}
        self._node = None

    def close(self):
        for api in self._apis.values():
            api.stop()
        self.database.stop()

    def api(self, events=None, delay_ms=0):
        key = (events or self.events, delay_ms)
        if key not in self._apis:
            self._apis[key] = Api(self.binaries, *key)
        return self._apis[key]

    def truth(self, api):
        """How many events there are, and the checksum of their ids."""
        if api.events not in self._truths:
            self._truths[api.events] = api.truth()
        return api.events, self._truths[api.events]

    def settle(self):
        """Has the kernel write what earlier runs left, so that nobody pays for another's writes."""
        os.sync()
        time.sleep(0.2)

    def start(self, argv, scratch, log="log", **variables):
        """Runs a command with an environment of its own, so that settings of whoever calls do not change it."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return process.run([str(word) for word in argv], env={**kept, **variables}, cwd=scratch, log=scratch / log)

    def ingest(self, scratch, command, *flags, api=None, data_dir=None):
        """Runs `ingest COMMAND` and returns its usage and the durations that it reports itself."""
        variables = {"DATA_DIR": str(data_dir or scratch / "data"), "DATABASE_URL": self.database.url,
                     "LOG_FORMAT": "json"}
        if api:
            variables |= {"API_BASE_URL": api.base, "TARGET_API_KEY": KEY, "HTTP_COMPRESSION": "false"}
        report = scratch / "report.json"
        usage = self.start([self.program, command, *flags, "--report", report], scratch, **variables)
        return usage, {"reported_seconds": process.read_json(report)["seconds"]}

    def by_before(self, run):
        """The same, by the program of the other build."""
        def run_before(scratch):
            ours, self.program = self.program, self.before
            try:
                return run(scratch)
            finally:
                self.program = ours
        return run_before

    def offers(self, command, flag):
        """Whether this build of ingest knows the flag."""
        text = subprocess.run([self.binaries / "ingest", command, "--help"], text=True, capture_output=True,
                              check=False).stdout
        return f"{flag}" in text.replace("[", " ").replace("=", " ").split()

    def missing(self, *programs):
        """Why a contestant that needs these programs must be skipped, or None."""
        absent = [p for p in programs if shutil.which(p) is None]
        return f"{' and '.join(absent)} not installed" if absent else None

    def node(self):
        """The folder of the Node peers with their packages installed, or None and why not."""
        if self._node is None:
            self._node = self._install_node()
        return self._node

    def _install_node(self):
        absent = self.missing("node", "npm")
        if absent:
            return None, absent
        folder = self.work / "node"
        shutil.copytree(self.peers / "node", folder, ignore=shutil.ignore_patterns("node_modules"))
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            return None, f"npm could not install undici, pg and pg-copy-streams: {done.stderr.strip()[-200:]}"
        return folder, None
