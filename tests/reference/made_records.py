"""Records made of a JSON schema, the same ones each time."""

import zlib

DEEPEST = 4


def number_of(text):
    return zlib.crc32(text.encode())


def made_value(name, schema, seed, depth=0):
    if not isinstance(schema, dict):
        return f"{name}-{seed}"
    for several in ("anyOf", "oneOf"):
        if schema.get(several):
            return made_value(name, schema[several][0], seed, depth)
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][seed % len(schema["enum"])]
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    kind = next((k for k in kinds if k != "null"), "null")
    if kind == "object":
        if depth >= DEEPEST:
            return {}
        properties = schema.get("properties") or {}
        return {n: made_value(n, s, seed + number_of(n) % 97, depth + 1) for n, s in list(properties.items())[:60]}
    if kind == "array":
        return [made_value(name, schema.get("items") or {}, seed + 1, depth + 1)] if depth < DEEPEST and seed % 5 else []
    if "null" in kinds and seed % 37 == 3:
        return None
    if kind == "integer":
        return seed % 100000
    if kind == "number":
        return seed % 1000 + (0.25 if seed % 2 else 0)
    if kind == "boolean":
        return seed % 2 == 0
    if kind == "null":
        return None
    if schema.get("format") == "date-time":
        return f"2025-06-{seed % 11 + 1:02}T{seed % 24:02}:{seed % 60:02}:00Z"
    if schema.get("format") == "date":
        return f"2025-06-{seed % 11 + 1:02}"
    return f"{name}-{seed % 100000}" if seed % 13 else f"{name} {seed % 1000} “ä&/?=+%é” 北"


def put(record, path, value, keep=False):
    """`value` at `path`, with objects made on the way."""
    for key in path[:-1]:
        inner = record.get(key)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            inner = inner[0]
        if not isinstance(inner, dict):
            inner = record[key] = {}
        record = inner
    if path and not (keep and record.get(path[-1]) is not None):
        record[path[-1]] = value


def made_record(place, scope, page, index):
    """The record `index` of page `page` of what `place` answers below `scope`, a text."""
    base = number_of(place["name"] + scope) % 900 * 100
    seed = base + page * 20 + index
    record = made_value("record", {"type": "object", **(place["schema"] or {})}, seed)
    if not isinstance(record, dict):
        record = {}
    for path in place["keys"]:
        kind = key_kind(place["schema"], path)
        put(record, path, seed if kind == "number" else f"k{seed}")
    for path in place["wanted"]:
        put(record, path, f"w{seed}", keep=True)
    if place["cursor"]:
        values = place["cursor"]["values"]
        put(record, [place["cursor"]["field"]], values[(page * 7 + index) % len(values)])
    return record


def key_kind(schema, path):
    for name in path:
        schema = ((schema or {}).get("properties") or {}).get(name)
    kinds = (schema or {}).get("type", "string")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return "number" if {"integer", "number"} & set(kinds) and "string" not in kinds else "text"
