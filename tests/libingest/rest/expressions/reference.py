#!/usr/bin/python3
"""What templates of low-code manifests give in Python: the reference that interpolations are compared with.

reference.py COUNT SEED   makes up so many templates and prints each with its outcome, a JSON object a line
reference.py -            reads JSON objects {"template": …, "given": {…}}, a line each, and prints their outcomes

An outcome is {"template", "given", "repr"}, or "error" in place of "repr" where Python raises something. The first line
says what the templates of the others may name, and what time it is. Ends with 77 where a package is missing.
"""
import ast
import base64
import datetime
import hashlib
import hmac
import json
import random
import re
import sys
import urllib.parse
import uuid

try:
    import dateutil.parser
    import isodate
    import jinja2
    import jinja2.meta
    import jinja2.nodes
    import jinja2.sandbox
except ImportError as missing:
    print(f"skipped: {missing}", file=sys.stderr)
    sys.exit(77)

UTC = datetime.timezone.utc
NOW = datetime.datetime(2024, 2, 29, 13, 5, 9, 678901, tzinfo=UTC)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


class Environment(jinja2.sandbox.SandboxedEnvironment):
    def is_safe_attribute(self, obj, attr, value):
        return attr == "_partition" or super().is_safe_attribute(obj, attr, value)


def from_iso(text):
    at = dateutil.parser.isoparse(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def timestamp(dt):
    return int(dt) if isinstance(dt, (int, float)) else from_iso(dt).timestamp()


def epoch_parsed(text, form):
    if form == "%s":
        return EPOCH + datetime.timedelta(seconds=int(text))
    if form == "%s_as_float":
        return EPOCH + datetime.timedelta(seconds=float(text))
    if form == "%ms":
        return EPOCH + datetime.timedelta(milliseconds=int(text))
    if form == "%epoch_microseconds":
        return EPOCH + datetime.timedelta(microseconds=int(text))
    return datetime.datetime.strptime(str(text), form.replace("%_ms", "%f"))


def epoch_formatted(at, form):
    numbers = {
        "%s": lambda: int(at.timestamp()),
        "%s_as_float": lambda: float(at.timestamp()),
        "%ms": lambda: int(at.timestamp() * 1000),
        "%epoch_microseconds": lambda: int(at.timestamp() * 1_000_000),
    }
    if form in numbers:
        return str(numbers[form]())
    if "%_ms" in form:
        whole = at.strftime(form.replace("%_ms", "%f"))
        return whole.replace(at.strftime("%f"), "%03d" % (at.microsecond // 1000))
    return at.strftime(form)


def format_datetime(dt, format, input_format=None):
    if isinstance(dt, datetime.datetime):
        return dt.strftime(format)
    if isinstance(dt, int):
        at = epoch_parsed(dt, input_format or "%s")
    else:
        at = datetime.datetime.strptime(dt, input_format) if input_format else from_iso(dt)
    return epoch_formatted(at if at.tzinfo else at.replace(tzinfo=UTC), format)


def day_delta(num_days, format="%Y-%m-%dT%H:%M:%S.%f%z"):
    return (NOW + datetime.timedelta(days=num_days)).strftime(format)


def biggest(*args):
    return max(*args)


def smallest(*args):
    return min(*args)


def digest(value, hash_type="md5", salt=None):
    make = getattr(hashlib, hash_type, None)
    if not make:
        raise AttributeError(hash_type)
    return make((str(value) + (str(salt) if salt else "")).encode()).hexdigest()


def quoted_json(value):
    return value if isinstance(value, str) else '"""' + json.dumps(value) + '"""'


def regex_search(value, regex):
    found = re.search(regex, value)
    return found.group(1) if found and found.re.groups else ""


def hmac_of(value, key, hash_type="sha256"):
    if hash_type not in {"sha256": 1}:
        raise ValueError(hash_type)
    return hmac.new(str(key).encode(), str(value).encode(), "sha256").hexdigest()


ENVIRONMENT = Environment()
del ENVIRONMENT.globals["range"]
ENVIRONMENT.globals.update(
    now_utc=lambda: NOW,
    today_utc=lambda: NOW.date(),
    timestamp=timestamp,
    max=biggest,
    min=smallest,
    day_delta=day_delta,
    duration=lambda datestring: isodate.parse_duration(datestring),
    format_datetime=format_datetime,
    str_to_datetime=lambda s: from_iso(s),
    sanitize_url=lambda value: urllib.parse.quote_plus(value),
    camel_case_to_snake_case=lambda value: re.sub(r"(?<!^)(?=[A-Z])", "_", value).lower(),
    generate_uuid=lambda: str(uuid.uuid4()),
)
ENVIRONMENT.filters.update(
    hash=digest,
    base64encode=lambda value: base64.b64encode(value.encode()).decode(),
    base64decode=lambda value: base64.b64decode(value.encode()).decode(),
    base64binascii_decode=lambda value: base64.b64encode(value.encode("ascii")).decode("ascii"),
    string=quoted_json,
    regex_search=regex_search,
    regex_replace=lambda value, regex, replacement: re.sub(regex, replacement, value),
    hmac=hmac_of,
)


class Slice(dict):
    """A stream's slice: a mapping with attributes."""

    partition = property(lambda self: {"id": self["id"]})
    _partition = partition
    cursor_slice = property(lambda self: {"start": self["start"]})
    extra_fields = property(lambda self: {"zone": "Europe/Paris"})


def literal(text):
    try:
        read = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        return text
    return text if isinstance(read, complex) else read


def evaluated(template, given):
    """None stands for the default."""
    given = dict(given)
    if "stream_slice" in given:
        given["stream_interval"] = given["stream_partition"] = given["stream_slice"]
    try:
        tree = ENVIRONMENT.parse(template)
        # Jinja counts a name that is set in one branch of an `if` as undeclared, and the CDK refuses it: we do not.
        own = {name.name for name in tree.find_all(jinja2.nodes.Name) if name.ctx == "store"}
        if jinja2.meta.find_undeclared_variables(tree) - own - set(given):
            raise ValueError("undeclared")
        try:
            text = ENVIRONMENT.from_string(template).render(given)
        except TypeError:
            text = template
        except KeyError as missing:
            # Since Python 3.12 a slice has a hash, and a dict looks for it like for any other key; before, it was none.
            if not (missing.args and isinstance(missing.args[0], slice)):
                raise
            text = template
        return literal(text) if text else "DEFAULT"
    except jinja2.UndefinedError:
        return "DEFAULT"


GIVEN = {
    "config": {
        "start_date": "2023-07-31T22:15:00Z",
        "api_key": "s3cr3t",
        "domain": "https://Example.com/",
        "limit": 50,
        "ratio": 0.25,
        "on": True,
        "nothing": None,
        "empty": "",
        "tags": ["b", "A", "c", "a"],
        "credentials": {"client_id": "id", "auth_type": "oauth"},
        "items": [1, 2],
    },
    "record": {
        "id": 17,
        "name": "Müller's \"Öl\"\n<&>",
        "price": 12.5,
        "big": 12345678901234567890,
        "active": False,
        "labels": [{"name": "x", "n": 3}, {"name": "y", "n": 1}, {"n": 2}],
        "nested": {"a": {"b": [10, 20, 30]}},
        "updated": "2024-01-31",
        "number_text": "  42  ",
        "tuple_text": "(1, 'a')",
    },
    "response": {"next": None, "data": [], "total": 3, "meta": {"cursor": "abc=="}, "has_more": True},
    "headers": {"link": {"next": {"url": "https://a/b?page=2"}}},
    "last_record": {"id": 3},
    "next_page_token": None,
    "parameters": {},
}


def given():
    """Anew for each template, for some change what they are given."""
    return {**json.loads(json.dumps(GIVEN)), "stream_slice": Slice(start="2024-01-01", end="2024-01-31", id=7)}


class Generator:
    """Templates by a grammar: mostly such as manifests have, and some as nobody writes them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def one_of(self, *choices):
        return self.random.choice(choices)

    def template(self):
        kind = self.random.random()
        if kind < 0.6:
            return "{{ " + self.expression(3) + " }}"
        if kind < 0.75:
            return self.text() + "{{" + self.one_of("", "-") + self.expression(2) + self.one_of(" ", " -") + "}}" + self.text()
        if kind < 0.85:
            return self.statement(2)
        return self.literal_text(3)

    def text(self):
        return self.one_of("", " ", "a/", "-", "\n", "[", "]", "'", "1", "é", "{", "}", "{# no #}", "x \n ", ".", "0")

    def statement(self, depth):
        if depth == 0:
            return self.text() + "{{ " + self.expression(1) + " }}"
        minus = self.one_of("", "-")
        kind = self.random.randrange(6)
        if kind == 0:
            return f"{{%{minus} set v = {self.expression(2)} %}}{{{{ v }}}}{self.statement(depth - 1)}"
        if kind == 1:
            return f"{{% if {self.expression(2)} {minus}%}}{self.statement(depth - 1)}{{% else %}}{self.text()}{{% endif %}}"
        if kind == 2:
            body = self.one_of("{{ x }}", "{{ loop.index }}", "{% if not loop.last %},{% endif %}", "{{ x ~ loop.length }}")
            return f"{{% for x in {self.sequence(1)} {minus}%}} {body} {{% else %}}none{{%- endfor %}}"
        if kind == 3:
            return (
                "{% set l = [] %}{% for x in "
                + self.sequence(1)
                + " %}{% set _ = l.append("
                + self.one_of("x", "[x]", "loop.index0")
                + ") %}{% endfor %}{{ l }}"
            )
        if kind == 4:
            return "{% set ns = namespace(n=0) %}{% for x in " + self.sequence(1) + " %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}"
        return "{% set d = " + self.dict(1) + " %}{% set _ = d.update({'z': " + self.scalar() + "}) %}{{ d }}"

    def expression(self, depth):
        if depth <= 0:
            return self.one_of(self.scalar, self.path)()
        return self.random.choice(
            [
                self.scalar,
                self.path,
                self.path,
                lambda: self.path() + self.method(depth),
                lambda: self.any_of(depth) + self.filter(depth),
                lambda: self.any_of(depth) + self.filter(depth) + self.filter(depth),
                lambda: f"{self.any_of(depth)} {self.operator()} {self.any_of(depth)}",
                lambda: f"{self.any_of(depth)} {self.comparison()} {self.any_of(depth)}",
                lambda: f"{self.any_of(depth)} if {self.any_of(depth)}" + self.one_of("", f" else {self.any_of(depth)}"),
                lambda: f"{self.any_of(depth)} {self.one_of('and', 'or')} {self.any_of(depth)}",
                lambda: "not " + self.any_of(depth),
                lambda: self.any_of(depth) + self.test(),
                lambda: self.sequence(depth),
                lambda: self.dict(depth),
                lambda: self.sequence(depth) + self.subscript(depth),
                lambda: "'" + self.word() + "'" + self.method(depth),
                self.call,
                self.date,
                lambda: "(" + self.expression(depth - 1) + ")" + self.filter(depth),
                lambda: "-" + self.any_of(depth),
                lambda: f"'<{self.word()}> & ' | {self.one_of('escape', 'e', 'safe')} ~ 1",
            ]
        )()

    def any_of(self, depth):
        inner = self.expression(depth - 1)
        return inner if self.random.random() < 0.5 else "(" + inner + ")"

    def word(self):
        return self.one_of("a", "Abc dEf", "", "x,y,,z", "2024-01-02", "10", "1.50", "é ß", "a-b_c", "  pad ", "aXbX", "{}/{}", "%s:%s", "True", "{0!r:>5}", "/v1/users/7/")

    def scalar(self):
        return self.one_of(
            "1", "0", "-3", "2.5", "1e3", "1_000", "7", "true", "False", "none", "'a'", "''", "'5'", '"it\'s"', "'\\n'",
            "'0012'", "'1e5'", "'[1, 2]'", "10", "3", "0x1F", "1e16", "0.1", "1e-7", "123456789.123", "'a' 'b'", "2"
        )

    def path(self):
        return self.one_of(
            "config.start_date", "config['limit']", "config.get('missing')", "config.get('missing', 'x')", "config.missing",
            "config['nothing']", "config.empty", "config.tags", "(config.items is callable)", "config['items']", "config.credentials.client_id",
            "config.ratio", "config['on']", "config.missing.more", "record.id", "record['name']", "record.price", "record.big",
            "record.active", "record.labels", "record.nested.a.b", "record['nested']['a']['b'][1]", "record.labels[0].name",
            "record.labels.0.n", "record.updated", "record.number_text", "record.tuple_text", "record.labels[5]", "response.next",
            "response.data", "response.total", "response.meta.cursor", "response['has_more']", "headers['link']['next']['url']",
            "headers.link.next.url", "last_record.id", "next_page_token", "parameters", "stream_slice.start", "stream_interval.end",
            "stream_partition['id']", "stream_partition.id", "stream_slice.extra_fields['zone']", "stream_slice.partition.id",
            "stream_slice._partition", "record.get('nested', {}).get('a')", "config.__class__", "response.values()",
            "record['nothing']", "nobody_knows",
        )

    def operator(self):
        return self.one_of("+", "+", "-", "*", "/", "//", "%", "~", "~", "**")

    def comparison(self):
        return self.one_of("==", "!=", "<", "<=", ">", ">=", "in", "not in", "==")

    def test(self):
        return self.one_of(
            " is defined", " is not defined", " is none", " is not none", " is string", " is mapping", " is number",
            " is sequence", " is iterable", " is boolean", " is integer", " is float", " is odd", " is even", " is true",
            " is false", " is divisibleby 3", " is eq 3", " is in [1, 'a']", " is upper", " is lower", " is sameas none",
        )

    def sequence(self, depth):
        items = ", ".join(self.expression(depth - 2) for _ in range(self.random.randrange(4)))
        return self.one_of("[" + items + "]", "[" + items + "]", "(" + items + ",)" if items else "()", "config.tags", "record.labels", "record.nested.a.b")

    def dict(self, depth):
        names = ["'a'", "'b'", "1", "none", "'name'"]
        return "{" + ", ".join(f"{self.random.choice(names)}: {self.expression(depth - 2)}" for _ in range(self.random.randrange(3))) + "}"

    def index(self):
        return self.one_of("0", "1", "-1", "2", "-2", "", "5", "-9")

    def subscript(self, depth):
        return self.one_of(
            "[0]", "[-1]", "[1:]", "[:-1]", f"[{self.index()}:{self.index()}]", f"[{self.index()}:{self.index()}:{self.one_of('1', '-1', '2', '-2', '')}]",
            "[" + self.scalar() + "]", "[9]",
        )

    def method(self, depth):
        return self.one_of(
            ".split(',')", ".split()", ".split('-', 1)", ".rsplit('-', 1)", ".strip()", ".strip('a/')", ".lstrip()", ".rstrip('/')",
            ".lower()", ".upper()", ".title()", ".capitalize()", ".replace('a', 'bb')", ".replace('', '-')", ".startswith('a')",
            ".endswith(('c', 'z'))", ".find('b')", ".rfind('X')", ".format(1, 'x')", ".join(config.tags)", ".join([1])", ".count('a')",
            ".isdigit()", ".zfill(5)", ".center(9, '*')", ".ljust(4)", ".rjust(6, '0')", ".partition('-')", ".rpartition('-')",
            ".splitlines()", ".keys()", ".items()", ".get('id')", ".get('id', 1)", ".values()", ".index('a')", ".nothing",
            ".islower()", ".isalpha()", ".swapcase()", ".removeprefix('a')", ".copy()", ".items() | list", ".keys() | list",
            "[2:5]", "[::-1]", "[-3:]",
        )

    def filter(self, depth):
        return " | " + self.one_of(
            "int", "int", "float", "string", "length", "count", "list", "first", "last", "join(',')", "join", "lower", "upper", "title",
            "capitalize", "trim", "default('d')", "default('d', true)", "default(0)", "abs", "round", "round(1)", "round(2, 'floor')",
            "round(0, 'ceil')", "sort", "sort(reverse=true)", "unique | list", "reverse | list", "sum", "max", "min", "tojson", "urlencode",
            "replace('a', 'o')", "map('upper') | list", "map('int') | list", "map(attribute='name') | list",
            "map(attribute='name', default='-') | list", "select | list", "select('odd') | list", "reject('none') | list",
            "selectattr('n', 'gt', 1) | list", "selectattr('name', 'defined') | list", "rejectattr('name', 'equalto', 'x') | list",
            "map(attribute='n') | sum", "selectattr('n', '==', 2) | map(attribute='n') | first", "hash", "hash('sha1')",
            "hash('sha256', 'salt')", "hash('nope')", "base64encode", "base64decode", "base64binascii_decode", "regex_search('([a-z]+)')",
            "regex_search('[0-9]')", "regex_search('(\\\\d+)-(\\\\d+)')", "regex_replace('[aeiou]', '_')",
            "regex_replace('(\\\\w)(\\\\w)', '\\\\2\\\\1')", "hmac('key')", "hmac('key', 'md5')", "center(10)", "indent(2)",
            "truncate(9)", "truncate(5, true, '')", "wordcount", "batch(2) | list", "slice(2) | list", "items | list", "dictsort",
            "groupby('n')", "filesizeformat", "format(1)", "attr('name')", "int(5)", "int(0, 16)", "float(1.5)", "string | length",
        )

    def call(self):
        return self.one_of(
            f"max({self.scalar()}, {self.scalar()})", f"min({self.scalar()}, {self.path()})", f"max({self.sequence(1)})",
            f"min({self.sequence(1)})", f"timestamp({self.one_of(self.path(), self.scalar())})", "sanitize_url('a b/ü?&=+')",
            "camel_case_to_snake_case('camelCaseTextHTTP')", f"sanitize_url({self.path()})", "dict(a=1, b='x')",
            f"camel_case_to_snake_case({self.path()})", "max()", "range(3)", f"'%05d|%-4s|%x|%.2f' % ({self.scalar()}, 'ab', 255, 1.005)",
            f"'{{:>6}}|{{:.2f}}|{{!r}}'.format({self.scalar()}, 1.5, {self.path()})", f"'%s' % {self.path()}",
        )

    def format(self):
        return self.one_of(
            "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%s", "%ms", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.%_msZ", "%d/%b/%Y %I:%M %p", "%j %U %a %A %B",
            "%Y%m%d", "%s_as_float", "%epoch_microseconds", "%Y-%m-%dT%H:%M:%S%z", "%y %e %G-W%V-%u %%", "%H:%M:%S.%f", "%F %T",
        )

    def iso(self):
        return self.one_of(
            "'2024-01-31'", "'2023-07-31T22:15:00Z'", "'2023-07-31T22:15:00.123456+02:00'", "'2024'", "'2024-05'", "'20240131T101112'",
            "'2024-02-30'", "'2024-W05-3'", "'2024-060'", "'2024-01-31T24:00'", "'2024-01-31 10:00'", "'x'", "config.start_date",
            "record.updated", "1700000000", "stream_slice.start", "'2024-01-31T10:00:00,5-0330'", "record.price", "record.id",
        )

    def delta(self):
        return "duration('" + self.one_of("P1D", "PT36H", "P1M", "P1Y2M", "P1W", "-P1D", "PT0.5S", "P1DT2H3M4S", "P", "1D", "PT", "P1.5D") + "')"

    def moment(self):
        return self.one_of("now_utc()", f"str_to_datetime({self.iso()})", "today_utc()", f"(now_utc() - {self.delta()})", f"(today_utc() + {self.delta()})")

    def date(self):
        return self.random.choice(
            [
                lambda: f"{self.moment()}.strftime('{self.format()}')",
                lambda: f"format_datetime({self.iso()}, '{self.format()}')",
                lambda: f"format_datetime({self.moment()}, '{self.format()}')",
                lambda: f"format_datetime({self.one_of('record.updated', 'config.start_date', repr('31/12/2023'), '1700000000123', '5')}, '{self.format()}', '{self.one_of('%Y-%m-%d', '%d/%m/%Y', '%ms', '%s', '%Y-%m-%dT%H:%M:%SZ')}')",
                lambda: f"day_delta({self.one_of('-1', '25', '0', '1.5', repr('1'))})",
                lambda: f"day_delta({self.one_of('-1', '25')}, format='{self.format()}')",
                lambda: f"({self.moment()} {self.one_of('-', '+', '<', '>=', '==', '!=')} {self.moment()})",
                lambda: f"{self.delta()}",
                lambda: f"{self.moment()}.isoformat({self.one_of('', repr('T') + ', ' + repr('seconds'), repr(' '))})",
                lambda: f"{self.moment()}.{self.one_of('year', 'month', 'day', 'hour', 'minute', 'microsecond', 'weekday()', 'timestamp()', 'date()', 'isoweekday()')}",
                lambda: f"({self.moment()} - {self.moment()}).{self.one_of('days', 'seconds', 'total_seconds()')}",
                lambda: f"{self.moment()} | string",
                lambda: f"{self.moment()} ~ ''",
                lambda: f"({self.delta()} * 2)",
                lambda: f"max({self.moment()}, {self.moment()})",
                lambda: f"timestamp({self.iso()})",
            ]
        )()

    def literal_text(self, depth):
        """A text without braces of Jinja, mostly a literal of Python."""
        if depth == 0 or self.random.random() < 0.3:
            return self.one_of(
                "1", "-1", "+1", "- 2", "--1", "1.", ".5", "1.e5", "1_000", "1__0", "0x_ff", "007", "0_0", "007.5", "1j", "1+2j", "'a'", '"b"',
                "'a' 'b'", "b'x\\x00'", "r'\\n'", "u'é'", "f'x'", "'''a\nb'''", "'\\u00e9\\x41\\101\\q'", "'a\nb'", "None", "True", "true", "null",
                "...", "nan", "1e400", "-1e-400", "()", "[]", "{}", "set()", "'", "a", "1 2", " 1", "1 ", "\n1", "1\n", "1 # c", "2024-01-01",
                "1,2", "1,", ",", "(1)", "(1,)", "not 1", "'a' + 'b'", "1 if 2 else 3", "12345678901234567890123", "0b101", "0o17", "1e5", "1E+5",
                "'\\ud83d'", "rb'a'", "br\"b\"", "ub'c'", "-'a'", "(-1)", "-(1)", "Ellipsis", "\t1", "1\t", "\\\n1", "'a'\\\n'b'", "1;", "lambda: 1",
                "0xg", "0123", "1.2.3", "1..2", "'\\N{DASH}'", "'\\x4'", "b'é'", "\x0c1", "é", "1é", "_", "0e0", "00.5", "5_", "_5", "0_7",
            )
        inner = [self.literal_text(depth - 1) for _ in range(self.random.randrange(4))]
        gap = self.one_of("", " ", "\n", " # c\n")
        return self.random.choice(
            [
                lambda: "[" + gap + (", ").join(inner) + self.one_of("", ",") + gap + "]",
                lambda: "(" + (",").join(inner) + gap + self.one_of("", ",") + ")",
                lambda: "{" + ", ".join(f"{self.one_of(repr('k'), '1', 'None', '(1,)', '1.0', 'True')}:{gap}{i}" for i in inner) + "}",
                lambda: "{" + ", ".join(inner[:1]) + "}" + self.text(),  # the order of sets is arbitrary
                lambda: gap + ", ".join(inner) + gap,
            ]
        )()


def outcome(template, context):
    try:
        result = evaluated(template, context)
        text = repr(result)
        text.encode()  # a lone surrogate cannot be printed
        return {"repr": text}
    except Exception as raised:  # noqa: BLE001, whatever Python raises is an outcome
        return {"error": type(raised).__name__}


def main():
    if sys.argv[1] == "-":
        print(json.dumps({"now": NOW.timestamp()}))
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps({**asked, **outcome(asked["template"], asked["given"])}))
        return
    generator = Generator(int(sys.argv[2]))
    print(json.dumps({"now": NOW.timestamp(), "given": GIVEN, "slice": dict(given()["stream_slice"])}))
    for _ in range(int(sys.argv[1])):
        template = generator.template()
        print(json.dumps({"template": template, **outcome(template, given())}))


main()
