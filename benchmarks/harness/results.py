"""Writes what was measured: JSON with every single run, and a page of Markdown tables."""

import dataclasses
import json
import statistics

from .contest import say
from .plot import draw


def amount(value, scale=1e6, digits=0):
    return "–" if value is None else f"{value / scale:,.{digits}f}"


def machine_lines(run):
    machine = run["machine"]
    memory = amount(machine["memory_bytes"], 2**30, 1)
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    settings = ", ".join(f"{k} = {v}" for k, v in run["postgresql_settings"].items())
    return [
        f"- {machine['cpu']}, {machine['cores']} cores, {memory} GiB of memory; {machine['system']}, "
        f"Linux {machine['kernel']}, {machine['file_system']}",
        f"- PostgreSQL {run['postgresql']} ({settings}, else defaults); {versions}; {machine['compiler']}",
        f"- {run['events']:,} events, {run['rounds']} rounds, commit {machine['commit']}, {run['date']}; load average "
        f"when it began: {machine['load_average_at_start']:.2f}",
        f"- CPU that others used meanwhile: {run['foreign_share']:.0%} of the machine's, in the median of all runs; at "
        f"most {run['foreign_share_worst']:.0%}",
    ]


def spread(values):
    return f"{min(values):.2f} – {max(values):.2f}"


def contest_table(outcome):
    """Ratios are to the first row, which is ours: above 1, it took that many times as long."""
    reference = next(iter(outcome.runs), None)
    lines = ["| | median s | spread s | × first row | own CPU s | PostgreSQL's CPU s | peak MB | written MB | "
             "PostgreSQL wrote MB |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for name in outcome.runs:
        label = f"**{name}**" if name in outcome.ours else name
        lines.append("| " + " | ".join([
            label.replace("|", r"\|"), f"{outcome.median(name):.2f}", spread(outcome.values(name, "wall_s")),
            f"{outcome.times_faster(reference, name):.2f}",
            f"{outcome.median(name, 'cpu_s'):.2f}", f"{outcome.median(name, 'database_cpu_s'):.2f}",
            amount(outcome.median(name, "peak_bytes")), amount(outcome.median(name, "written_bytes")),
            amount(outcome.median(name, "database_written_bytes")),
        ]) + " |")
    lines += [f"\n{name}: skipped: {why}." for name, why in outcome.skipped.items()]
    return lines


def stage_lines(outcome):
    """Where the time of our own runs went, as they report it: medians over the rounds, summed over threads."""
    stages = ("fetch", "parse", "throttled", "sync", "load", "overlap", "cpu_user", "cpu_system")
    rows = []
    for name in outcome.ours:
        reports = [run["reported_seconds"] for run in outcome.runs.get(name, []) if "reported_seconds" in run]
        if reports:
            cells = (f"{statistics.median(r[stage] for r in reports):.2f}" for stage in stages)
            rows.append(f"| {name} | {' | '.join(cells)} |")
    if not rows:
        return []
    return ["", "Seconds as `--report` says them, summed over threads:", "",
            "| | waiting for responses | parsing | waiting for credit | syncing | in transactions | fetching and "
            "loading at once | CPU, user | CPU, system |", "|---|" + "--:|" * len(stages), *rows]


def micro_table(rows):
    lines = ["| | median | variation | MB/s | items/s |", "|---|--:|--:|--:|--:|"]
    for row in rows:
        variation = "–" if row["variation"] is None else f"{row['variation']:.0%}"
        items = "–" if row["items_per_s"] is None else f"{row['items_per_s']:,.0f}"
        lines.append(f"| {row['name']} | {row['ns'] / 1e3:,.2f} µs | {variation} | {amount(row['bytes_per_s'])} | "
                     f"{items} |")
    return lines


def target_table(outcomes, events):
    targets = [t for o in outcomes for t in o.targets]
    if not targets:
        return []
    lines = ["## Targets", "", "| | wanted | reached | |", "|---|--:|--:|---|"]
    for t in targets:
        word = "≥" if t.at_least else "≤"
        lines.append(f"| {t.text} | {word} {t.wanted:g}{t.unit} | {t.reached:.2f}{t.unit} | "
                     f"{'met' if t.met() else '**missed**'} |")
    if events < 1_000_000:
        lines += ["", "They are meant for 1,000,000 events: with fewer, what starting and ending take weighs more."]
    return lines + [""]


def markdown(run, outcomes, micro):
    lines = ["# Results of scripts/bench", "", *machine_lines(run), "",
             "![Seconds of each contestant: median, and the whiskers from the fastest to the slowest round]"
             "(results.svg)", "", *target_table(outcomes, run["events"])]
    for outcome in (o for o in outcomes if o.runs):
        lines += [f"## {outcome.title}", "", *contest_table(outcome), *stage_lines(outcome), ""]
    if micro:
        lines += ["## Small questions", "", *micro_table(micro), ""]
    return "\n".join(lines)


def foreign_shares(outcomes, cores):
    return [r["foreign_cpu_s"] / (r["wall_s"] * cores) for o in outcomes for runs in o.runs.values() for r in runs]


def save(folder, run, outcomes, micro):
    shares = foreign_shares(outcomes, run["machine"]["cores"]) or [0]
    run |= {"foreign_share": statistics.median(shares), "foreign_share_worst": max(shares)}
    folder.mkdir(parents=True, exist_ok=True)
    questions = [{**dataclasses.asdict(o), "targets": [dataclasses.asdict(t) | {"met": t.met()} for t in o.targets]}
                 for o in outcomes]
    everything = {**run, "questions": questions, "micro": micro}
    (folder / "results.json").write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n")
    (folder / "results.md").write_text(markdown(run, outcomes, micro))
    (folder / "results.svg").write_text(draw(outcomes))
    say(f"  written to {folder}: results.md, results.json, results.svg")
