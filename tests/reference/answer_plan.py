"""What an API would have to answer for a manifest's streams to be read. Runs where Airbyte's CDK is."""

import datetime
import itertools
import re

import jinja2
from airbyte_cdk.sources.declarative.datetime.datetime_parser import DatetimeParser
from airbyte_cdk.sources.declarative.interpolation.interpolated_boolean import InterpolatedBoolean
from airbyte_cdk.sources.declarative.interpolation.interpolated_string import InterpolatedString

import made_settings
from made_records import made_record, put

NEWEST = datetime.datetime(2025, 6, 12, 8, 0, 0, 250000, tzinfo=datetime.timezone.utc)
LARGEST_FULL_PAGE = 60
MOST_TRIES = 4000
PIECES = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.S)


def evaluated(text, parameters, config, **context):
    return InterpolatedString.create(str(text), parameters=parameters or {}).eval(config, **context)


def parameters_of(component):
    return component.get("$parameters") or {}


def pattern_of(template, parameters, config):
    """A regular expression for what a template of a URL may give, and how much of it is literal."""
    pattern, literal = "", 0
    for piece in PIECES.split(template):
        if not piece:
            continue
        if piece.startswith("{%"):
            return ".*", 0
        if piece.startswith("{{"):
            if re.search(r"stream_(slice|partition|interval|state)|next_page_token|record|now_utc|today", piece):
                pattern += ".+?"
                continue
            piece = str(evaluated(piece, parameters, config))
        pattern += re.escape(piece)
        literal += len(piece)
    return pattern, literal


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


def response_paths(template):
    """Where a template looks into `response`, and the names of headers that it asks for."""
    paths, headers = set(), set()

    def chain(node):
        if isinstance(node, jinja2.nodes.Name):
            return [node.name]
        if isinstance(node, jinja2.nodes.Getattr):
            inner = chain(node.node)
            return inner and inner + [node.attr]
        if isinstance(node, jinja2.nodes.Getitem) and isinstance(node.arg, jinja2.nodes.Const):
            inner = chain(node.node)
            return inner and isinstance(node.arg.value, str) and inner + [node.arg.value]
        if isinstance(node, jinja2.nodes.Call) and isinstance(node.node, jinja2.nodes.Getattr) and node.node.attr == "get":
            inner = chain(node.node.node)
            if inner and node.args and isinstance(node.args[0], jinja2.nodes.Const):
                return inner + [node.args[0].value]
        return None

    try:
        tree = jinja2.Environment().parse(template)
    except jinja2.TemplateError:
        return paths, headers
    wanted = (jinja2.nodes.Getattr, jinja2.nodes.Getitem, jinja2.nodes.Call)
    for node in tree.find_all(wanted):
        found = chain(node)
        if not found:
            continue
        if found[0] == "response":
            paths.add(tuple(n for n in found[1:] if n not in ("get", "items", "keys", "split")))
        if found[0] == "headers" and len(found) > 1:
            headers.add(found[1])
    longest = {p for p in paths if p and not any(o != p and o[: len(p)] == p for o in paths)}
    return longest, headers


AHEAD = {
    "token": lambda p: f"pgtok{p + 1}x",
    "page": lambda p: p + 1,
    "many": lambda p: 1000,
    "url": lambda p: "@@NEXT@@",
    "yes": lambda p: True,
    "no": lambda p: False,
    "digits": lambda p: str(p + 1),
    "absent": lambda p: None,
}
AT_END = {
    "token": [None, ""],
    "page": ["=", None],
    "many": ["p", None],
    "url": [None, ""],
    "yes": [False, None],
    "no": [True],
    "digits": [None, "="],
    "absent": [None],
}


def envelope_of(paths, kinds, page):
    return [(list(path), AHEAD[kind](page)) for path, kind in zip(paths, kinds) if kind != "absent"]


def cursor_pages(strategy, decorated, config, place):
    """Pages that lead on until the last one, by trial with the manifest's own expressions."""
    parameters = parameters_of(strategy)
    value, stop = strategy.get("cursor_value") or "", strategy.get("stop_condition")
    paths, headers = response_paths(str(value) + (str(stop) if stop else ""))
    records_at = tuple(place["field_path"])
    paths = [p for p in sorted(paths) if p != records_at[: len(p)]]
    headers.discard("link")
    prefer_url = (decorated.get("page_token_option") or {}).get("type") == "RequestPath"
    order = ["url", "token", "page", "many", "yes", "no", "digits", "absent"]
    order = order if prefer_url else ["token", "page", "many", "url", "yes", "no", "digits", "absent"]
    link = "http://api.example.com/x?pgtok=pgtok{}x"

    def asked(page, envelope, given_headers, count):
        records = [made_record(place, "", page, i) for i in range(count)]
        response = {}
        put(response, [n for n in records_at if n != "*"] or ["_"], records)
        for path, v in envelope:
            v = link.format(page + 1) if v == "@@NEXT@@" else v
            put(response, path, v)
        seen = dict(given_headers)
        seen["link"] = {"next": {"url": link.format(page + 1)}} if given_headers.get("link?") else {}
        context = {
            "response": response,
            "headers": seen,
            "last_record": records[-1] if records else None,
            "last_page_size": count,
        }
        if stop and InterpolatedBoolean(condition=str(stop), parameters=parameters).eval(config, **context):
            return None
        return evaluated(value, parameters, config, **context)

    page_size = place["page_size"]
    count = page_size if page_size and page_size <= LARGEST_FULL_PAGE else 3
    uses_link = "headers" in str(value) + str(stop or "")
    tries = 0
    for kinds in itertools.product(order, repeat=len(paths)):
        tries += 1
        if tries > MOST_TRIES:
            break
        tokens = []
        try:
            for page in (0, 1):
                given = {h: f"pgtok{page + 1}x" for h in headers}
                given["link?"] = uses_link
                tokens.append(asked(page, envelope_of(paths, kinds, page), given, count))
        except Exception:
            continue
        if not tokens[0] or tokens[0] == tokens[1] or not isinstance(tokens[0], (str, int)):
            continue
        if prefer_url and not ("pgtok" in str(tokens[0]) or "/" in str(tokens[0])):
            continue
        for ends in itertools.product(*(AT_END[k] for k in kinds)):
            envelope = [
                (list(path), {"=": 3, "p": 3}.get(v, v) if isinstance(v, str) else v)
                for path, v, k in zip(paths, ends, kinds)
                if k != "absent" and not (v is None and k == "yes")
            ]
            for left in (2, 0):
                try:
                    after = asked(2, envelope, {}, left)
                except Exception:
                    after = "failed"
                if not after:
                    pages = []
                    for page in (0, 1):
                        given = {h: f"pgtok{page + 1}x" for h in headers}
                        if uses_link:
                            given["Link"] = '<@@NEXT@@>; rel="next"'
                        pages.append(dict(count=count, envelope=envelope_of(paths, kinds, page), headers=given))
                    pages.append(dict(count=left, envelope=envelope, headers={}))
                    return pages, {str(tokens[0]): 1, str(tokens[1]): 2}
    return None, {}


def names_of_option(option):
    if not isinstance(option, dict):
        return []
    if option.get("field_path"):
        return [str(option["field_path"][-1]).lower()]
    return [str(option["field_name"]).lower()] if option.get("field_name") else []


def names_by_template(requester):
    """Of parameters whose templates ask for the token of the next page."""
    found = []
    for where in ("request_parameters", "request_headers", "request_body_json", "request_body_data"):
        told = requester.get(where)
        for name, template in (told or {}).items() if isinstance(told, dict) else []:
            if "next_page_token" in str(template):
                found.append(str(name).lower())
    return found


def plain_page(count):
    return dict(count=count, envelope=[], headers={})


def add_pages(place, retriever, config, is_parent):
    paginator = retriever.get("paginator") or {}
    strategy = paginator.get("pagination_strategy") or {}
    kind = strategy.get("type")
    token = {"names": [], "known": {}, "start": 0, "step": 0}
    option = paginator.get("page_token_option")
    token["names"] = names_of_option(option) + names_by_template(retriever.get("requester") or {})
    place["token"] = token
    size = strategy.get("page_size")
    if isinstance(size, str):
        size = evaluated(size, parameters_of(strategy), config)
    try:
        size = int(size) if size else None
    except (TypeError, ValueError):
        size = None
    place["page_size"] = size
    plain = [plain_page(2 if is_parent else 3)]
    place["paginates"] = kind or "none"
    if kind in ("PageIncrement", "OffsetIncrement"):
        full = size or 3
        ends = [dict(count=0 if not size else 2, envelope=[], headers={})]
        many = 2 if full <= LARGEST_FULL_PAGE else 1 if full <= 2 * LARGEST_FULL_PAGE else 0
        if is_parent:
            many, ends = (1, [dict(count=1, envelope=[], headers={})]) if full <= 3 else (0, [plain_page(2)])
        place["pages"] = [dict(count=full, envelope=[], headers={})] * many + ends
        if kind == "PageIncrement":
            token["start"] = int(strategy.get("start_from_page") or 0)
            token["step"] = 1
        else:
            token["step"] = full
    elif kind == "CursorPagination":
        pages, known = cursor_pages(strategy, paginator, config, place)
        token["known"] = known
        place["pages"] = pages or plain
        if not pages:
            place["paginates"] += " (one page: no answer found that leads on)"
        if is_parent and pages:
            place["pages"] = [dict(pages[0], count=2), dict(pages[-1], count=min(pages[-1]["count"], 1))]
    else:
        place["pages"] = plain


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
        "codes": codes_of(requester),
    }
    add_pages(place, retriever, config, is_parent)
    return place


def codes_of(requester):
    """The status codes that error handlers tell apart."""
    found = set()
    waiting = [requester.get("error_handler") or {}]
    while waiting:
        handler = waiting.pop()
        waiting.extend(handler.get("error_handlers") or [])
        for one in handler.get("response_filters") or []:
            found.update(c for c in one.get("http_codes") or [] if isinstance(c, int))
    return sorted(found)


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
