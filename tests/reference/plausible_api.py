"""An HTTP proxy that answers for all hosts as a plan says; it keeps what was asked."""

import gzip
import http.server
import json
import re
import threading
import urllib.parse

from made_records import made_record, put

MOST_REQUESTS = 600  # of a run, which is given up then

OWN_HEADERS = {"host", "user-agent", "accept-encoding", "connection", "content-length", "proxy-connection", "keep-alive"}


class plan_of_run:
    """What is answered to the requests of one run, and what they were."""

    def __init__(self, places, token_answer):
        self.places = [dict(p, pattern=re.compile(p["regex"])) for p in places]
        self.token_answer = token_answer
        self.asked = []
        self.lock = threading.Lock()

    def places_of(self, method, url):
        """Those that the request may be for, the likeliest one first."""
        bare = url.split("?")[0].rstrip("/")
        found = [p for p in self.places if p["method"] == method and p["pattern"].fullmatch(bare)]
        return sorted(found, key=lambda p: -p["score"])


def all_values(node):
    if isinstance(node, dict):
        for name, inner in node.items():
            for path, value in all_values(inner):
                yield [name] + path, value
    elif isinstance(node, list):
        for inner in node:
            yield from all_values(inner)
    else:
        yield [], node


def sent_values(url, headers, body):
    """Where and what: all names and values of a request."""
    for name, value in urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True):
        yield [name], value
    for name, value in headers.items():
        yield [name.lower()], value
    try:
        yield from all_values(json.loads(body))
    except ValueError:
        for name, value in urllib.parse.parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
            yield [name], value


def page_of(place, url, headers, body):
    marks = re.findall(r"pgtok(\d+)x", urllib.parse.unquote(url) + body.decode("utf-8", "replace") + str(headers))
    if marks:
        return int(marks[0])
    token = place["token"]
    for path, value in sent_values(url, headers, body):
        if path and path[-1].lower() in token["names"]:
            if str(value) in token["known"]:
                return token["known"][str(value)]
            if token["step"] and re.fullmatch(r"\d+", str(value)):
                return max(0, (int(value) - token["start"]) // token["step"])
            if value not in ("", None):
                return len(place["pages"]) - 1
    return 0


def scope_of(place, url):
    """Below what it is asked: records of different parents are different."""
    return url.split("?")[0] if place["scoped"] else ""


def answer_of(place, url, headers, body):
    page = page_of(place, url, headers, body)
    last = len(place["pages"]) - 1
    says = place["pages"][min(page, last)]
    count = 0 if page > last else says["count"]
    records = [made_record(place, scope_of(place, url), page, i) for i in range(count)]
    answer_headers = {}
    bare = re.sub(r"[?&]pgtok=[^&]*", "", url)
    ahead = bare + ("&" if "?" in bare else "?") + f"pgtok=pgtok{page + 1}x"

    def filled(value):
        if isinstance(value, str):
            return value.replace("@@NEXT@@", ahead)
        return value

    for name, value in says["headers"].items():
        answer_headers[name] = filled(value)
    document = placed(records, place["field_path"])
    for path, value in says["envelope"]:
        if isinstance(document, dict):
            put(document, path, filled(value))
    return encoded(document, records, place["format"], answer_headers)


def placed(records, path):
    """The records below `path`; one in each of them below a `*`."""
    if not path:
        return records
    if "*" in path:
        at = path.index("*")
        return placed_value([placed_value(r, path[at + 1:]) for r in records], path[:at])
    return placed_value(records, path)


def placed_value(value, path):
    for name in reversed(path):
        value = {name: value}
    return value


def encoded(document, records, form, headers):
    headers.setdefault("Content-Type", "application/json")
    if form == "jsonl":
        return "\n".join(json.dumps(r) for r in records).encode(), headers
    if form == "csv":
        names = [n for n, v in (records[0].items() if records else []) if not isinstance(v, (dict, list))]
        lines = [",".join(names)]
        for r in records:
            lines.append(",".join('"' + str(r.get(n, "")).replace('"', '""') + '"' for n in names))
        headers["Content-Type"] = "text/csv"
        return "\n".join(lines).encode(), headers
    data = json.dumps(document, ensure_ascii=False).encode()
    return (gzip.compress(data, mtime=0) if form == "gzip" else data), headers


class answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        run = self.server.run
        with run.lock:
            places = run.places_of(self.command, self.path)
            place = places[0] if places else None
            run.asked.append(
                {
                    "method": self.command,
                    "url": self.path,
                    "place": place["name"] if place else None,
                    "shared": len(places) > 1,
                    "headers": {
                        n.lower(): v for n, v in self.headers.items() if n.lower() not in OWN_HEADERS and v != "*/*"
                    },
                    "body": body.decode("utf-8", "replace"),
                }
            )
            exhausted = len(run.asked) > MOST_REQUESTS
        if place is None:
            self.send(200, json.dumps(run.token_answer).encode(), {"Content-Type": "application/json"})
            return
        if exhausted:
            self.send(400, b"{}", {})
            return
        data, headers = answer_of(place, self.path, dict(self.headers.items()), body)
        self.send(200, data, headers)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def send(self, status, data, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class plausible_api:
    """Listens on a port of this machine until it is closed; one run at a time."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answering)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # connections that end in the middle
        self.server.run = None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def begin(self, run):
        self.server.run = run

    def close(self):
        self.server.shutdown()
