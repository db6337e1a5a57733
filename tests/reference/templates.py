"""A manifest's templates, evaluated by Airbyte's CDK or looked into."""

import re

import jinja2
from airbyte_cdk.sources.declarative.interpolation.interpolated_string import InterpolatedString

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
