"""Draws the contests as bars, in SVG."""

from html import escape

WIDTH, LABELS, VALUES = 760, 260, 90
BAR, GAP, HEAD = 16, 8, 34
OURS, PEER, INK, FAINT = "#1f6feb", "#9aa4b2", "#1f2328", "#59636e"


def text(x, y, content, colour=INK, size=12, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(content)}</text>')


def bar(y, name, outcome, scale):
    values = outcome.values(name, "wall_s")
    median = outcome.median(name)
    middle = y + BAR / 2
    left, low, high = LABELS, LABELS + min(values) * scale, LABELS + max(values) * scale
    colour = OURS if name in outcome.ours else PEER
    return [
        text(left - 8, middle + 4, name, anchor="end"),
        f'<rect x="{left}" y="{y}" width="{median * scale:.1f}" height="{BAR}" rx="2" fill="{colour}"/>',
        f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8" stroke="{INK}" '
        'fill="none"/>',
        text(high + 8, middle + 4, f"{median:.2f} s", FAINT),
    ]


def panel(y, outcome):
    longest = max(max(outcome.values(name, "wall_s")) for name in outcome.runs)
    scale = (WIDTH - LABELS - VALUES) / longest
    parts = [text(12, y + 20, outcome.title, size=14, weight="bold")]
    y += HEAD
    for name in outcome.runs:
        parts += bar(y, name, outcome, scale)
        y += BAR + GAP
    return parts, y + GAP


def draw(outcomes):
    """A panel per contest, each with a scale of its own that begins at 0. A bar is the median, ours in blue; whiskers
    go from the fastest round to the slowest."""
    parts = []
    y = 8
    for outcome in (o for o in outcomes if o.runs):
        more, y = panel(y, outcome)
        parts += more
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" '
        'font-family="system-ui, sans-serif">', f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>', *parts,
        "</svg>", ""])
