"""Plans and reads streams with Airbyte's CDK; a job a line on standard input, an answer a line on standard output.

Each job runs in a process of its own, for the CDK keeps what it has read in variables of its modules.
"""

import json
import os
import signal
import sys
import time
import traceback

import yaml
from airbyte_cdk.sources.declarative import concurrent_declarative_source
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.streams.http import http_client

import answer_plan
import made_settings

LONGEST = 60  # seconds of a job


def source_of(job, config):
    with open(job["manifest"], encoding="utf-8") as file:
        document = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return ConcurrentDeclarativeSource(config=config, source_config=document, catalog=None, state=[])


def plan(job):
    """Settings for the manifest, and what is to be answered for some of its streams."""
    resolved = source_of(job, {}).resolved_manifest
    spec = (resolved.get("spec") or {}).get("connection_specification") or {}
    config = answer_plan.dated(made_settings.made_settings(spec), resolved)
    chosen = chosen_streams(resolved.get("streams") or [], job["most"], job["stream"])
    streams = [planned_stream(stream, config) for stream in chosen]
    if any(not p["regex"].startswith("http") for s in streams for p in s.get("places", [])):
        config = made_settings.with_schemes(config)
        streams = [planned_stream(stream, config) for stream in chosen]
    return {"config": config, "streams": streams, "token_answer": answer_plan.token_answer(resolved, config)}


def chosen_streams(streams, most, name):
    """Those of unlike kinds, the one that is made of most first; none that needs Python classes."""
    kinds = {}
    for index, stream in enumerate(streams):
        is_plain = stream.get("type") == "DeclarativeStream" and stream["retriever"].get("type") == "SimpleRetriever"
        if is_plain and name in (None, stream.get("name")):
            kinds[index] = set(answer_plan.kinds_of(stream))
    left = [i for i in kinds if not any(k.startswith("Custom") for k in kinds[i])]
    chosen, seen = [], set()
    while left and len(chosen) < most:
        best = max(left, key=lambda i: len(kinds[i] - seen))
        if chosen and not kinds[best] - seen:
            break
        chosen.append(streams[best])
        seen |= kinds[best]
        left.remove(best)
    return chosen


def planned_stream(stream, config):
    try:
        places = answer_plan.places_of(stream, config)
    except Exception as failure:
        return {"name": stream.get("name"), "problem": repr(failure)[:300]}
    if any(p["format"] is None for p in places):
        return {"name": stream.get("name"), "problem": "no answers are made for its decoder"}
    return {"name": places[0]["name"], "kinds": answer_plan.kinds_of(stream), "places": places}


def read(job):
    """Slice after slice, as the CDK's own readers do it, but in one thread."""
    with open(job["config"], encoding="utf-8") as file:
        config = json.load(file)
    source = source_of(job, config)
    manifest = source.resolved_manifest
    # Others may not be possible here, such as those with Python classes.
    manifest["streams"] = [s for s in manifest["streams"] if s.get("name") == job["stream"]]
    manifest.pop("dynamic_streams", None)
    stream = next(s for s in source.streams(config) if s.name == job["stream"])
    count = 0
    with open(job["out"], "w", encoding="utf-8") as out:
        for partition in stream.generate_partitions():
            for record in partition.read():
                out.write(json.dumps(record.data, ensure_ascii=False, default=str) + "\n")
                count += 1
                stream.cursor.observe(record)
            stream.cursor.close_partition(partition)
    return {"records": count}


def done(job):
    try:
        return {"plan": plan, "read": read}[job["do"]](job)
    except BaseException as failure:
        told = traceback.format_exc()
        return {"error": f"{type(failure).__name__}: {failure}"[:600], "trace": told[-1500:]}


def without_waiting():
    time.sleep = lambda seconds: None
    # Takes seconds, for each manifest again.
    ConcurrentDeclarativeSource._validate_source = lambda self: None
    concurrent_declarative_source._get_declarative_component_schema = lambda: {}
    # What is asked is compared: what comes from a cache is not asked.
    original = http_client.HttpClient._request_session

    def uncached(self):
        self._use_cache = False
        return original(self)

    http_client.HttpClient._request_session = uncached


def main():
    without_waiting()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        job = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            signal.alarm(LONGEST)
            with os.fdopen(writing, "w", encoding="utf-8") as out:
                json.dump(done(job), out, default=str)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as told:
            text = told.read()
        os.waitpid(child, 0)
        answers.write((text or json.dumps({"error": "ended, or took too long"})) + "\n")
        answers.flush()


main()
