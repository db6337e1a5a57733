"""Fetches all pages into a file of COPY text, over one connection: fetch_to_tsv.py API_BASE_URL API_KEY FILE"""

import http.client
import json
import sys
import urllib.parse

base, key, path = sys.argv[1:]
url = urllib.parse.urlsplit(base)
connection = http.client.HTTPConnection(url.netloc)
cursor = ""
with open(path, "w", encoding="utf-8", newline="\n") as out:
    while cursor is not None:
        query = urllib.parse.urlencode({"limit": 5000} | ({"cursor": cursor} if cursor else {}))
        connection.request("GET", f"{url.path}/events?{query}", headers={"X-API-Key": key})
        answer = connection.getresponse()
        if answer.status != 200:
            sys.exit(f"HTTP {answer.status}")
        page = json.loads(answer.read())
        for event in page["data"]:
            text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
            out.write(event["id"] + "\t" + text.replace("\\", "\\\\") + "\n")
        cursor = page["pagination"]["nextCursor"] if page["pagination"]["hasMore"] else None
