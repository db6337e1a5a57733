"""Pages that a manifest's paginator goes through. Runs where Airbyte's CDK is."""

import itertools

from airbyte_cdk.sources.declarative.interpolation.interpolated_boolean import InterpolatedBoolean

from made_records import made_record, put
from templates import evaluated, parameters_of, response_paths

LARGEST_FULL_PAGE = 60
MOST_TRIES = 4000
FAILED = ("failed",)

# What may stand where an expression looks into an answer that has others behind it, and into the last one.
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
    "page": [3, None],
    "many": [3, None],
    "url": [None, ""],
    "yes": [False, None],
    "no": [True],
    "digits": [None, "3"],
    "absent": [None],
}


class page_trial:
    """Looks for pages that lead on until the last one, by trial with the manifest's own expressions."""

    def __init__(self, strategy, paginator, config, place):
        self.config, self.place = config, place
        self.parameters = parameters_of(strategy)
        self.value, self.stop = str(strategy.get("cursor_value") or ""), str(strategy.get("stop_condition") or "")
        looks_at, self.headers = response_paths(self.value + self.stop)
        self.records_at = tuple(place["field_path"])
        self.paths = [p for p in sorted(looks_at) if p != self.records_at[: len(p)]]
        self.headers.discard("link")
        self.by_url = (paginator.get("page_token_option") or {}).get("type") == "RequestPath"
        self.by_link = "headers" in self.value + self.stop
        size = place["page_size"]
        self.count = size if size and size <= LARGEST_FULL_PAGE else 3

    def found(self):
        """The pages, and which token asks for which of them; or nothing."""
        order = ["url"] * self.by_url + ["token", "page", "many"] + ["url"] * (not self.by_url)
        order += ["yes", "no", "digits", "absent"]
        for kinds in itertools.islice(itertools.product(order, repeat=len(self.paths)), MOST_TRIES):
            ahead = [self.page_ahead(kinds, page) for page in (0, 1)]
            tokens = [self.token_behind(page, says) for page, says in enumerate(ahead)]
            if self.lead_on(tokens):
                last = self.last_page(kinds)
                if last:
                    return ahead + [last], {str(tokens[0]): 1, str(tokens[1]): 2}
        return None, {}

    def page_ahead(self, kinds, page):
        envelope = [(list(path), AHEAD[kind](page)) for path, kind in zip(self.paths, kinds) if kind != "absent"]
        headers = {name: f"pgtok{page + 1}x" for name in self.headers}
        if self.by_link:
            headers["Link"] = '<@@NEXT@@>; rel="next"'
        return dict(count=self.count, envelope=envelope, headers=headers)

    def last_page(self, kinds):
        for ends in itertools.product(*(AT_END[kind] for kind in kinds)):
            envelope = [(list(path), end) for path, end, kind in zip(self.paths, ends, kinds) if kind != "absent"]
            for left in (2, 0):
                says = dict(count=left, envelope=envelope, headers={})
                if not self.token_behind(2, says):
                    return says
        return None

    def lead_on(self, tokens):
        first, second = tokens
        if not first or first in (second, FAILED) or not isinstance(first, (str, int)):
            return False
        return not self.by_url or "pgtok" in str(first) or "/" in str(first)

    def token_behind(self, page, says):
        """What the manifest asks for behind such a page; nothing where it stops."""
        ahead = f"http://api.example.com/x?pgtok=pgtok{page + 1}x"
        records = [made_record(self.place, "", page, i) for i in range(says["count"])]
        response = {}
        put(response, [n for n in self.records_at if n != "*"] or ["_"], records)
        for path, content in says["envelope"]:
            put(response, path, ahead if content == "@@NEXT@@" else content)
        headers = {name: content for name, content in says["headers"].items() if name != "Link"}
        context = {
            "response": response,
            "headers": {**headers, "link": {"next": {"url": ahead}} if "Link" in says["headers"] else {}},
            "last_record": records[-1] if records else None,
            "last_page_size": says["count"],
        }
        try:
            stop = InterpolatedBoolean(condition=self.stop, parameters=self.parameters)
            if self.stop and stop.eval(self.config, **context):
                return None
            return evaluated(self.value, self.parameters, self.config, **context)
        except Exception:  # whatever an expression comes to that does not suit the answer
            return FAILED


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


def page_size_of(strategy, config):
    size = strategy.get("page_size")
    if isinstance(size, str):
        size = evaluated(size, parameters_of(strategy), config)
    try:
        return int(size) if size else None
    except (TypeError, ValueError):
        return None


def counted_pages(size, is_parent):
    """Full pages, as far as that takes not too long, and one that is not. Of parents few records, for each has children."""
    full = size or 3
    if is_parent:
        return [plain_page(full), plain_page(1)] if full <= 3 else [plain_page(2)]
    many = 2 if full <= LARGEST_FULL_PAGE else 1 if full <= 2 * LARGEST_FULL_PAGE else 0
    return [plain_page(full)] * many + [plain_page(2 if size else 0)]


def add_pages(place, retriever, config, is_parent):
    """To `place`: its pages, and where a request says which of them it is for."""
    paginator = retriever.get("paginator") or {}
    strategy = paginator.get("pagination_strategy") or {}
    kind = strategy.get("type") or "none"
    size = page_size_of(strategy, config)
    names = names_of_option(paginator.get("page_token_option")) + names_by_template(retriever.get("requester") or {})
    token = {"names": names, "known": {}, "start": 0, "step": 0}
    place.update(page_size=size, token=token, paginates=kind, pages=[plain_page(2 if is_parent else 3)])
    if kind == "PageIncrement":
        token.update(start=int(strategy.get("start_from_page") or 0), step=1)
        place["pages"] = counted_pages(size, is_parent)
    elif kind == "OffsetIncrement":
        token.update(step=size or 3)
        place["pages"] = counted_pages(size, is_parent)
    elif kind == "CursorPagination":
        pages, token["known"] = page_trial(strategy, paginator, config, place).found()
        if not pages:
            place["paginates"] += " (one page: no answer found that leads on)"
        elif is_parent:
            place["pages"] = [dict(pages[0], count=2), dict(pages[-1], count=min(pages[-1]["count"], 1))]
        else:
            place["pages"] = pages
