"""The stand-in API, started for one question or more, and its events as the server itself dumps them."""

import json
import subprocess
import urllib.request

from . import database, process

KEY = "benchmark-key"
FIRST_MS = 1766966400000  # demo_api's own defaults: no event is older,
LAST_MS = 1769558400000   # and all are older than this


class Api:
    """demo_api with `events` events, no faults, no compression, no rate limit, and cursors that outlive the run."""

    def __init__(self, binaries, events, delay_ms=0):
        self.events = events
        arguments = [binaries / "demo_api", "--events", str(events), "--api-key", KEY, "--port", "0", "--no-gzip",
                     "--rate-limit", "0", "--cursor-ttl", "1000000", "--token-ttl", "1000000", "--delay",
                     str(delay_ms)]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self._process.stdout.readline())["port"]
        self.base = f"http://127.0.0.1:{self.port}/api/v1"
        self._binaries = binaries

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def cpu(self):
        return process.cpu_of_tree(self._process.pid)

    def truth(self):
        """The id_sum of all events, from the server's own dump and not from anything that is measured."""
        dump = subprocess.Popen([self._binaries / "demo_api", "--events", str(self.events), "--dump", "-"],
                                stdout=subprocess.PIPE)
        ids = database.id_sum(json.loads(line)["id"].encode() for line in dump.stdout)
        if dump.wait() != 0:
            raise process.Failed("demo_api --dump failed")
        return ids

    def page_urls(self):
        """The URL of each page in order, found by reading them all once. Cursors stay valid, so a client that cannot
        read JSON can be told all URLs beforehand."""
        urls = []
        cursor = ""
        while cursor is not None:
            urls.append(f"{self.base}/events?limit=5000{cursor and '&cursor=' + cursor}")
            request = urllib.request.Request(urls[-1], headers={"X-API-Key": KEY})
            with urllib.request.urlopen(request) as answer:
                cursor = json.load(answer)["pagination"]["nextCursor"]
        return urls


class RestApi:
    """demo_api with the REST API that a file describes."""

    def __init__(self, binaries, description):
        self._process = subprocess.Popen([binaries / "demo_api", "--rest", description, "--port", "0"],
                                         stdout=subprocess.PIPE, text=True)
        said = self._process.stdout.readline()
        if not said:
            raise process.Failed(f"demo_api does not serve {description}; it said why")
        self.base = f"http://127.0.0.1:{json.loads(said)['port']}"

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def cpu(self):
        return process.cpu_of_tree(self._process.pid)

    def _asked(self, path):
        with urllib.request.urlopen(self.base + path) as answer:
            return json.load(answer)

    def truth(self):
        """How many records each resource has, and their checksums."""
        return self._asked("/truth")

    def counters(self):
        return self._asked("/counters")
