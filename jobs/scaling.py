#!/usr/bin/env python3
"""The runs of scaling.sbatch as a table and a drawing.

    scaling.py RUNS.tsv TABLE.tsv DRAWING.svg

Of the runs of a point the fastest counts. Speed-up is against one node: of seconds where the work is the
same (strong), of bytes a second where it grows with the nodes (weak). Efficiency is speed-up over nodes.
"""

import sys

WIDTH, HEIGHT, MARGIN = 640, 420, 60
COLOURS = {"strong": "#1b6ca8", "weak": "#c8553d"}
HEADER = ("kind", "nodes", "ranks", "threads", "copies", "seconds", "MB_per_s", "wall_s", "speedup", "efficiency")


def read_runs(path):
    """Comment lines, and the best run of each (kind, nodes)."""
    comments, best, columns = [], {}, None
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("#"):
            comments.append(line)
        elif columns is None:
            columns = line.split("\t")
        else:
            run = dict(zip(columns, line.split("\t")))
            key = run["kind"], int(run["nodes"])
            if key not in best or float(run["seconds"]) < float(best[key]["seconds"]):
                best[key] = run
    return comments, best


def points_of(best):
    """(kind, nodes, run, speed-up), kinds together and nodes ascending."""
    points = []
    for kind, nodes in sorted(best):
        run, one = best[kind, nodes], best[kind, 1]
        if kind == "strong":
            speedup = float(one["seconds"]) / max(float(run["seconds"]), 1e-3)
        else:
            speedup = float(run["MB_per_s"]) / max(float(one["MB_per_s"]), 1e-3)
        points.append((kind, nodes, run, speedup))
    return points


def write_table(path, comments, points):
    with open(path, "w", encoding="utf-8") as table:
        print(*comments, "\t".join(HEADER), sep="\n", file=table)
        for kind, nodes, run, speedup in points:
            print(kind, nodes, run["ranks"], run["threads"], run["copies"], run["seconds"], run["MB_per_s"],
                  f"{int(run['wall_ms']) / 1000:.2f}", f"{speedup:.2f}", f"{speedup / nodes:.2f}", sep="\t", file=table)


def text(x, y, words, anchor="middle", colour="#222"):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def write_drawing(path, comments, points):
    """Speed-up over nodes, straight axes from 0, and the ideal as a dashed line."""
    most = max(max(nodes, speedup) for _, nodes, _, speedup in points)

    def place(nodes, speedup):
        return (MARGIN + nodes / most * (WIDTH - 2 * MARGIN),
                HEIGHT - MARGIN - speedup / most * (HEIGHT - 2 * MARGIN))

    left, bottom = place(0, 0)
    right, top = place(most, most)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="sans-serif" font-size="12">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
             f'<path d="M{left},{top:.1f}V{bottom}H{right:.1f}" fill="none" stroke="#222"/>',
             f'<path d="M{left},{bottom}L{right:.1f},{top:.1f}" stroke="#999" stroke-dasharray="4 4"/>',
             text(WIDTH / 2, HEIGHT - 18, "nodes"), text(left, top - 10, "speed-up over one node", "start")]
    parts += [text(WIDTH / 2, 14 + 14 * i, line.lstrip("# ")) for i, line in enumerate(comments)]
    for nodes in sorted({nodes for _, nodes, _, _ in points}):
        x, y = place(nodes, nodes)
        parts += [text(x, bottom + 16, str(nodes)), text(left - 8, y + 4, str(nodes), "end")]
    for row, kind in enumerate(sorted({point[0] for point in points})):
        places = [place(nodes, speedup) for of, nodes, _, speedup in points if of == kind]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[kind]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS[kind]}"/>' for x, y in places]
        parts.append(text(right, bottom - 12 - 16 * row, kind, "end", COLOURS[kind]))
    with open(path, "w", encoding="utf-8") as drawing:
        print(*parts, "</svg>", sep="\n", file=drawing)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__.split("\n\n")[1].strip())
    comments, best = read_runs(sys.argv[1])
    points = points_of(best)
    write_table(sys.argv[2], comments, points)
    write_drawing(sys.argv[3], comments, points)


if __name__ == "__main__":
    main()
