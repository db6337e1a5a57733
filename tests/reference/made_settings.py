"""Settings of a connection, made up from what a manifest's `spec` asks for."""

import re

DATES = [
    "2025-06-01T00:00:00Z",
    "2025-06-01",
    "2025-06-01T00:00:00",
    "2025-06-01 00:00:00",
    "2025-06-01T00:00:00.000Z",
    "2025-06-01T00:00:00.000000Z",
    "2025-06-01T00:00:00+00:00",
    "2025-06-01T00:00Z",
    "06/01/2025",
    "06-01-2025",
    "20250601",
    "1748736000",
    "1748736000000",
    "2025-06",
    "2025",
]
TEXTS = [
    "http://shop.example.com",
    "http://shop.example.com/",
    "shop.example.com",
    "shop",
    "7",
    "1234567",
    "0123456789abcdef0123456789abcdef",
    "01234567-89ab-cdef-0123-456789abcdef",
    "someone@example.com",
    "P1D",
    "a1B2c3D4e5F6g7H8i9J0",
]


ENDS = [d.replace("06-01", "06-10").replace("06/01", "06/10").replace("0601", "0610").replace("17487360", "17495136") for d in DATES]


def is_date(name, schema):
    if schema.get("format") in ("date", "date-time"):
        return True
    words = (name + " " + str(schema.get("title", ""))).lower()
    return "date" in words and schema.get("type", "string") in ("string", ["string", "null"])


def made_text(name, schema):
    fits = re.compile(schema["pattern"]) if schema.get("pattern") else None
    if is_date(name, schema):
        dates = ENDS if re.search(r"end|until|to_date", name.lower()) else DATES
        dates = dates if schema.get("format") != "date" else dates[1:]
        for text in dates:
            if not fits or fits.search(text):
                return text
    examples = [e for e in schema.get("examples", []) if isinstance(e, str)] if isinstance(schema.get("examples"), list) else []
    if fits:
        for text in examples + TEXTS + DATES:
            if fits.search(text):
                return text
        return None
    words = name.lower()
    if "url" in words or "uri" in words or "endpoint" in words:
        return "http://shop.example.com"
    if "domain" in words or "host" in words:
        return "shop.example.com"
    return f"some-{words}".replace("_", "-")


def made_value(name, schema):
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return schema["const"]
    options = schema.get("oneOf") or schema.get("anyOf")
    if options and not schema.get("enum"):
        merged = dict(options[0])
        if schema.get("properties"):
            merged["properties"] = {**schema["properties"], **options[0].get("properties", {})}
        return made_value(name, merged)
    if "default" in schema and schema["default"] not in (None, "") and not is_date(name, schema):
        return schema["default"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "string")
    if kind == "object":
        return made_settings(schema)
    if kind == "array":
        item = made_value(name.rstrip("s"), schema.get("items", {"type": "string"}))
        return [] if item is None else [item]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 7), min(7, schema.get("maximum", 7)))
    if kind == "boolean":
        return False
    return made_text(name, schema)


def made_settings(spec):
    """What is required, what is a date, and what has a default."""
    made = {}
    required = spec.get("required") or []
    for name, schema in (spec.get("properties") or {}).items():
        if not isinstance(schema, dict):
            continue
        wanted = name in required or any(key in schema for key in ("const", "default", "oneOf"))
        if wanted or is_date(name, schema):
            value = made_value(name, schema)
            if value is not None:
                made[name] = value
    return made


def with_schemes(node):
    """Hosts as URLs, for manifests that take them so."""
    if isinstance(node, dict):
        return {name: with_schemes(inner) for name, inner in node.items()}
    return "http://" + node if node == "shop.example.com" else node
