#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""circles.py --room NAME [--top DIR] [--build DIR]: what each file of a room uses of its other files.

The check `circles`: inside a room no files may need each other in a circle, neither by what they
call or refer to (the objects' symbols) nor by what they include. A room is a target of rooms.txt.
Circles that stand in circles-allowed.txt are let pass; a line of it that holds no circle any more
is an error.
"""
import os
import re
import sys

sys.dont_write_bytecode = True
from layers import folder_of, rooms  # noqa: E402
from objects import objects  # noqa: E402
from tree import Tree, run  # noqa: E402

ALLOWED = "circles-allowed.txt"


def exports(obj):
    """(defined, undefined) names of an object that other objects can see: no static ones."""
    status, text = run("nm", "-P", "-g", obj)
    if status:
        return None
    defined, undefined = set(), set()
    for words in (line.split() for line in text.splitlines()):
        if len(words) > 1:
            (undefined if words[1] in "Uwv" else defined).add(words[0])
    return defined, undefined


def uses(tree, room):
    """{file: {other file of the room: its symbols that the first refers to}}, and what is not built."""
    found, missing = {}, []
    for source, obj, target in objects(tree):
        if target == room.name and os.path.exists(tree.path(source)):
            names = exports(obj)
            if names is None:
                missing.append(f"{source}: not built; build first: test/shell cmake --build --preset dev")
            else:
                found[source] = names
    owner = {name: source for source, (defined, _) in found.items() for name in defined}
    graph = {source: {} for source in found}
    for source, (_, undefined) in found.items():
        for name in sorted(undefined & owner.keys()):
            graph[source].setdefault(owner[name], []).append(name)
    return graph, missing


def pair_of(path):
    stem, extension = os.path.splitext(path)
    return stem if extension in (".c", ".h") else path


def files_of(tree, folder, all_rooms):
    """The files of a folder's rooms: their sources, and all of the folder and of its subfolders that
    are no other room's."""
    found = {s for r in all_rooms if r.folder == folder for s in r.sources}
    found |= {name for name in tree.named(re.escape(folder) + r"/.+\.([ch]|def)")
              if folder_of(name, all_rooms) == folder}
    return {name for name in found if os.path.exists(tree.path(name))}


def includes(tree, folder, all_rooms):
    """{file pair: {other file pair of the folder's rooms: the includes}}; x.c and x.h are the pair x."""
    files = files_of(tree, folder, all_rooms)
    graph = {}
    for name in sorted(files):
        pair = pair_of(name)
        edges = graph.setdefault(pair, {})
        for header in re.findall(r'^\s*#\s*include\s+"([^"]+)"', tree.read(name), re.M):
            for base in (os.path.dirname(name), "shared", ""):
                path = os.path.normpath(os.path.join(base, header))
                if os.path.exists(tree.path(path)):
                    other = pair_of(path)
                    if path in files and other != pair:
                        edges.setdefault(other, []).append(f"{os.path.relpath(name, folder)} includes {header}")
                    break
    return graph


def circles_of(graph):
    """The strongly connected components of more than one node, as sorted lists."""
    def reached(start):
        seen, todo = set(), [start]
        while todo:
            for other in graph.get(todo.pop(), {}):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return seen
    reach = {node: reached(node) for node in graph}
    return sorted({tuple(sorted(other for other in reach[node] if node in reach.get(other, ())))
                   for node in graph if node in reach[node]} - {()})


def allowed_of(tree):
    """[kind, name, files…] of each line: `calls ROOM FILE…` or `includes FOLDER FILE…`."""
    return [(words[0], words[1], set(words[2:])) for words in tree.rule_lines(ALLOWED)]


def edges_of(graph, circle, folder):
    return [f"    {os.path.relpath(a, folder)} -> {os.path.relpath(b, folder)}: {', '.join(graph[a][b])}"
            for a in circle for b in circle if b in graph[a]]


def judge(kind, name, folder, graph, allowed, held):
    """(circles, problems) of one graph; the allowed lines that hold one of its circles join held.
    Files go by their paths in the folder."""
    problems, found = [], circles_of(graph)
    for circle in found:
        files = {os.path.relpath(f, folder) for f in circle}
        lines = [i for i, (k, n, fs) in enumerate(allowed) if (k, n) == (kind, name) and files <= fs]
        held.update(lines)
        if not lines:
            problems.append("\n".join([f"{name}: {kind} in a circle: {' '.join(sorted(files))}; move a function "
                                       "to where it belongs, or return a result instead of acting",
                                       *edges_of(graph, circle, folder)]))
    return len(found), problems


def circles(tree):
    allowed, held, problems = allowed_of(tree), set(), []
    all_rooms = rooms(tree)
    for room in sorted(all_rooms, key=lambda r: (r.folder, r.name)):
        graph, missing = uses(tree, room)
        count, wrong = judge("calls", room.name, room.folder, graph, allowed, held)
        problems += missing + wrong
        print(f"circles {count}: {room.name}, {len(graph)} files")
    for folder in sorted({r.folder for r in all_rooms}):
        graph = includes(tree, folder, all_rooms)
        count, wrong = judge("includes", folder, folder, graph, allowed, held)
        problems += wrong
        print(f"include circles {count}: {folder}, {len(graph)} files or pairs")
    for i, (kind, name, files) in enumerate(allowed):
        if i not in held:
            problems.append(f"test/lint/{ALLOWED}: no circle of {kind} in {name} among "
                            f"{' '.join(sorted(files))} any more; take the line out")
    return problems


def show(tree, name):
    """Prints what each file of a room uses of its other files, and the circles."""
    all_rooms = rooms(tree)
    room = next((r for r in all_rooms if r.name == name), None)
    if not room:
        print(f"no room {name}; there are: {' '.join(sorted(r.name for r in all_rooms))}", file=sys.stderr)
        return 2
    graph, missing = uses(tree, room)
    for title, g in (("symbols", graph), ("includes", includes(tree, room.folder, all_rooms))):
        print(f"== {title}")
        for node in sorted(g):
            print(os.path.relpath(node, room.folder))
            for other in sorted(g[node]):
                print(f"    -> {os.path.relpath(other, room.folder)}: {', '.join(g[node][other])}")
        for circle in circles_of(g):
            print("circle: " + " ".join(os.path.relpath(f, room.folder) for f in circle))
    print("\n".join(missing))
    return 1 if missing else 0


def main(argv):
    options = {"--top": os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."), "--build": None,
               "--room": None}
    while argv:
        if len(argv) < 2 or argv[0] not in options:
            print(__doc__.strip().split("\n", 1)[0], file=sys.stderr)
            return 2
        options[argv[0]] = argv[1]
        del argv[:2]
    if not options["--room"]:
        print(__doc__.strip().split("\n", 1)[0], file=sys.stderr)
        return 2
    top = options["--top"]
    return show(Tree(top, options["--build"] or os.path.join(top, "build/dev")), options["--room"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
