"""What two readers of one stream asked for and got."""

import collections
import json
import urllib.parse


def number_of(text):
    """286.0 and 286 are one number."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def read_records(path):
    """Each as canonical JSON."""
    records = []
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                records.append(json.dumps(json.loads(line, parse_float=number_of), sort_keys=True, ensure_ascii=False))
    except FileNotFoundError:
        pass
    return records


def canonical_request(asked):
    body = asked["body"]
    try:
        body = json.dumps(json.loads(body), sort_keys=True) if body else ""
    except ValueError:
        pass
    return json.dumps([asked["method"], asked["url"], asked["headers"], body], sort_keys=True)


def decoded(asked):
    parts = urllib.parse.urlsplit(asked["url"])
    query = sorted(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    return json.dumps([asked["method"], urllib.parse.unquote(parts.path), query])


def by_slice(asked):
    """Requests in their order, apart for each path that is asked."""
    groups = collections.defaultdict(list)
    for one in asked:
        groups[(one["method"], one["url"].split("?")[0])].append(canonical_request(one))
    return groups


def first_difference(theirs, ours):
    for index in range(max(len(theirs), len(ours))):
        left = theirs[index] if index < len(theirs) else None
        right = ours[index] if index < len(ours) else None
        if left != right:
            return {"at": index, "there": left, "here": right}
    return None


def compare_logins(theirs, ours):
    """None where both ask for the same tokens; how often is each one's own business."""
    left, right = (sorted({canonical_request(a) for a in all if a["place"] is None}) for all in (theirs, ours))
    difference = None if left == right else first_difference(left, right)
    return difference and {"path": "(tokens)", "counts": [len(left), len(right)], "decoded_the_same": False, **difference}


def compare_requests(theirs, ours):
    """None where they are the same, in the same order for each path."""
    logins = compare_logins(theirs, ours)
    if logins:
        return logins
    theirs, ours = ([a for a in all if a["place"] is not None] for all in (theirs, ours))
    left, right = by_slice(theirs), by_slice(ours)
    shared = {(a["method"], a["url"].split("?")[0]) for a in theirs + ours if a["shared"]}
    for group in list(left) + [g for g in right if g not in left]:
        there, here = left.get(group, []), right.get(group, [])
        if group in shared:  # of a stream and its parents: which of them is asked first, is each reader's own business
            there, here = sorted(there), sorted(here)
        difference = first_difference(there, here)
        if difference:
            same_but_spelling = collections.Counter(map(decoded, theirs)) == collections.Counter(map(decoded, ours))
            return {
                "path": " ".join(group),
                "counts": [len(theirs), len(ours)],
                "decoded_the_same": same_but_spelling,
                **difference,
            }
    return None


def compare_records(theirs, ours):
    left, right = collections.Counter(theirs), collections.Counter(ours)
    if left == right:
        return None
    missing, extra = list((left - right).elements()), list((right - left).elements())
    found = {"counts": [len(theirs), len(ours)], "only_there": len(missing), "only_here": len(extra)}
    if missing and extra:
        there = json.loads(missing[0])
        # The one most alike, so that the fields that differ are seen.
        here = max((json.loads(e) for e in extra[:50]), key=lambda e: sum(e.get(k) == v for k, v in there.items()))
        found["fields"] = {
            k: [there.get(k, "(none)"), here.get(k, "(none)")]
            for k in sorted(set(there) | set(here))
            if there.get(k, "(none)") != here.get(k, "(none)") or type(there.get(k)) is not type(here.get(k))
        }
    else:
        found["one"] = (missing or extra)[0]
    return found
