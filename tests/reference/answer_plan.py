"""What an API would have to answer for a manifest's streams to be read. Runs where Airbyte's CDK is."""

import datetime
import re

from airbyte_cdk.sources.declarative.datetime.datetime_parser import DatetimeParser

import made_settings
from made_records import put
from page_answers import add_pages
from templates import evaluated, parameters_of, pattern_of

NEWEST = datetime.datetime(2025, 6, 12, 8, 0, 0, 250000, tzinfo=datetime.timezone.utc)


def address_of(requester, config):
    parameters = parameters_of(requester)
    whole = requester.get("url")
    if whole:
        pattern, literal = pattern_of(whole, parameters, config)
    else:
        base, base_literal = pattern_of(requester.get("url_base") or "", parameters, config)
        path, path_literal = pattern_of(requester.get("path") or "", parameters, config)
        pattern = base.rstrip("/") + "/" + path.lstrip("/") if path else base
        literal = base_literal + path_literal
    return re.split(r"\\\?|\?(?=\w)", pattern)[0].rstrip("/"), literal


def schema_of(stream):
    loader = stream.get("schema_loader")
    for one in loader if isinstance(loader, list) else [loader]:
        if isinstance(one, dict) and isinstance(one.get("schema"), dict):
            return one["schema"]
    return {}


def routers_of(retriever):
    found = retriever.get("partition_router") or []
    waiting = list(found) if isinstance(found, list) else [found]
    while waiting:
        router = waiting.pop(0)
        if not isinstance(router, dict):
            continue
        yield router
        if router.get("underlying_partition_router"):
            waiting.append(router["underlying_partition_router"])


def parents_of(stream):
    """Each parent with the configuration by which it is one."""
    for router in routers_of(stream.get("retriever") or {}):
        for parent in router.get("parent_stream_configs") or []:
            yield parent


def dated(config, manifest):
    """The settings with dates in the formats that the cursors read them by."""
    config = dict(config)

    def fits(text, form):
        try:
            return bool(DatetimeParser().parse(text, form))
        except ValueError:
            return False

    def look(node):
        if isinstance(node, list):
            for inner in node:
                look(inner)
        if not isinstance(node, dict):
            return
        if node.get("type") == "DatetimeBasedCursor":
            for bound, dates in (("start_datetime", made_settings.DATES), ("end_datetime", made_settings.ENDS)):
                given = node.get(bound)
                given = given if isinstance(given, dict) else {"datetime": given}
                template = str(given.get("datetime") or "")
                form = given.get("datetime_format") or node.get("datetime_format") or ""
                names = re.findall(r"config(?:\.get\(|\[|\.)\s*['\"]?(\w+)", template)
                plain = re.fullmatch(r"\{\{\s*config[^|+~]*\}\}", template)
                if plain and names and bound + names[0] not in done and not fits(str(config.get(names[0], "")), form):
                    found = next((d for d in dates if fits(d, form)), None)
                    if found:
                        config[names[0]] = found
                        done.add(bound + names[0])
        for inner in node.values():
            look(inner)

    done = set()
    look(manifest.get("streams"))
    return config


def cursor_of(stream, config):
    cursor = stream.get("incremental_sync") or {}
    if cursor.get("type") != "DatetimeBasedCursor":
        return None
    parameters = parameters_of(cursor)
    forms = cursor.get("cursor_datetime_formats") or [cursor.get("datetime_format")]
    field = evaluated(cursor.get("cursor_field"), parameters, config)
    kinds = ((schema_of(stream).get("properties") or {}).get(field) or {}).get("type", "string")
    values = []
    for step in range(30):
        text = DatetimeParser().format(NEWEST - datetime.timedelta(hours=10 * step), forms[0])
        number = ("integer" in kinds or "number" in kinds) and "string" not in kinds and re.fullmatch(r"[\d.]+", text)
        values.append((float(text) if "." in text else int(text)) if number else text)
    return {"field": field, "values": values}


FORMATS = {"JsonDecoder": "json", "JsonlDecoder": "jsonl", "IterableDecoder": "jsonl", "CsvDecoder": "csv"}


def format_of(retriever):
    decoder = retriever.get("decoder") or {}
    kind = decoder.get("type", "JsonDecoder")
    if kind == "GzipDecoder":
        return "gzip" if (decoder.get("decoder") or {}).get("type") == "JsonDecoder" else None
    return FORMATS.get(kind)


def place_of(stream, config, told, is_parent):
    retriever = stream.get("retriever") or {}
    requester = retriever.get("requester") or {}
    extractor = (retriever.get("record_selector") or {}).get("extractor") or {}
    regex, score = address_of(requester, config)
    keys = stream.get("primary_key") or []
    keys = [[keys]] if isinstance(keys, str) else [[k] if isinstance(k, str) else list(k) for k in keys]
    wanted = []
    for parent in told:
        names = re.split(r"/", str(evaluated(parent.get("parent_key", ""), parameters_of(parent), config)))
        wanted.append([n for n in names if n and n != "*"])
        wanted.extend([str(n) for n in path] for path in parent.get("extra_fields") or [])
    place = {
        "name": str(evaluated(stream.get("name") or "", parameters_of(stream), config)),
        "method": str(requester.get("http_method") or "GET").upper(),
        "regex": regex,
        "score": score + (0 if is_parent else 1),
        "scoped": ".+?" in regex,
        "field_path": [str(evaluated(p, parameters_of(extractor), config)) for p in extractor.get("field_path") or []],
        "schema": schema_of(stream),
        "keys": [[str(n) for n in k] for k in keys],
        "wanted": [w for w in wanted if w],
        "cursor": cursor_of(stream, config),
        "format": format_of(retriever),
    }
    add_pages(place, retriever, config, is_parent)
    return place


def places_of(stream, config):
    """The stream itself, and all that it is a child of."""
    found, waiting = [place_of(stream, config, [], False)], list(parents_of(stream))
    told = {}
    while waiting:
        parent = waiting.pop(0)
        of = parent.get("stream") or {}
        name = of.get("name")
        if name not in told:
            told[name] = (of, [])
            waiting.extend(parents_of(of))
        told[name][1].append(parent)
    found.extend(place_of(of, config, parents, True) for of, parents in told.values())
    return found


def token_answer(manifest, config):
    """What any request that is none of a stream is answered with: tokens under all names."""
    answer = {
        "access_token": "made-access-token",
        "refresh_token": "made-refresh-token",
        "token_type": "Bearer",
        "expires_in": 36000,
        "token": "made-token",
        "id": "made-session",
    }

    def look(node):
        if isinstance(node, list):
            for inner in node:
                look(inner)
        if not isinstance(node, dict):
            return
        if node.get("type") == "SessionTokenAuthenticator":
            put(answer, [str(p) for p in node.get("session_token_path") or []], "made-session-token")
        if node.get("type") == "OAuthAuthenticator":
            put(answer, [str(evaluated(node.get("access_token_name") or "access_token", parameters_of(node), config))], "made-access-token")
            put(answer, [str(evaluated(node.get("expires_in_name") or "expires_in", parameters_of(node), config))], 36000)
        for inner in node.values():
            look(inner)

    look({k: v for k, v in manifest.items() if k in ("definitions", "streams")})
    return answer


def kinds_of(stream):
    """What the stream is made of, to choose different ones."""
    found = set()

    def look(node):
        if isinstance(node, list):
            for inner in node:
                look(inner)
        if isinstance(node, dict):
            kind = node.get("type")
            if isinstance(kind, str) and kind[:1].isupper():
                found.add(kind)
            for name, inner in node.items():
                if name not in ("schema", "$parameters", "parent_stream_configs"):
                    look(inner)

    def python_of(node):
        if isinstance(node, (dict, list)):
            kind = node.get("type") if isinstance(node, dict) else None
            if isinstance(kind, str) and kind.startswith("Custom"):
                found.add(kind)
            for inner in node.values() if isinstance(node, dict) else node:
                python_of(inner)

    look(stream)
    python_of(stream)  # of its parents, too
    cursor = stream.get("incremental_sync") or {}
    found.update("cursor." + n for n in ("step", "lookback_window", "is_data_feed", "is_client_side_incremental", "end_time_option") if cursor.get(n))
    return sorted(found)
