# SPDX-License-Identifier: Apache-2.0
"""The layer rule: link lines and includes against layers.txt.

CMake writes rooms.txt into the build folder: one line a target, `name|folder|links|sources`, lists
separated by commas. It is CMake's own view, so nothing here parses CMake files.
"""
import os
import re

OURS_TO_ALL = {"muster_flags", "m", "dl", "rt", "pthread", "Threads::Threads"}
OPEN_HEADERS = re.compile(r"ut(hash|list|array|string|ringbuffer)\.h")


class Room:
    def __init__(self, line):
        name, folder, links, sources = line.split("|")
        self.name, self.folder = name, folder
        self.links = [x for x in links.split(",") if x]
        self.sources = [x for x in sources.split(",") if x.endswith((".c", ".h"))]


def rooms(tree):
    with open(os.path.join(tree.build, "rooms.txt"), encoding="utf-8") as f:
        return [Room(line.strip()) for line in f if line.strip()]


def layers(tree):
    table = {w[0]: (set(w[1:-1]), w[-1].split(",")) for w in split_table(tree)}
    libraries = [(w[0], re.compile(w[1]), re.compile(w[2])) for w in tree.rule_lines("libraries.txt")]
    all_rooms = {r.name: r for r in rooms(tree)}
    problems = []
    for room in all_rooms.values():
        if room.name not in table:
            problems.append(f"{room.folder}: room {room.name} is not in test/lint/layers.txt; add it "
                            "with what it may use (docs/design says where it stands)")
            continue
        may_use, owns = table[room.name]
        if may_use == {"*"}:
            may_use = set(all_rooms) | set(table)
        problems += bad_links(room, may_use, owns, libraries, set(all_rooms) | set(table))
        problems += bad_includes(tree, room, owns, libraries, all_rooms)
    return problems


def split_table(tree):
    """layers.txt's lines as [room, uses…, owns], where owns is joined by commas."""
    lines = []
    for words in tree.rule_lines("layers.txt"):
        known = {w[0] for w in tree.rule_lines("libraries.txt")}
        owns = [w for w in words[1:] if w in known]
        uses = [w for w in words[1:] if w not in known and w != "-"]
        lines.append([words[0], *uses, ",".join(owns)])
    return lines


def bad_links(room, may_use, owns, libraries, all_rooms):
    problems = []
    for link in room.links:
        if link in OURS_TO_ALL or link == room.name:
            continue
        if link in all_rooms:
            if link not in may_use:
                problems.append(f"{room.folder}/CMakeLists.txt: {room.name} links {link}, which is not "
                                "below it; pass what it needs in, or move the code")
        elif not any(name in owns and how.fullmatch(link) for name, _, how in libraries):
            problems.append(f"{room.folder}/CMakeLists.txt: {room.name} links {link}, which it does "
                            "not own (test/lint/layers.txt)")
    return problems


def bad_includes(tree, room, owns, libraries, all_rooms):
    allowed = {room.name} | {x for x in room.links if x in all_rooms}
    problems = []
    for source in files_of(tree, room, all_rooms):
        for n, line in enumerate(tree.read(source).splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
            if not m:
                continue
            header = m.group(1)
            owner = room_of(tree, header, source, all_rooms)
            if owner and not allowed & owner:
                problems.append(f"{source}:{n}: {room.name} includes {header} of "
                                f"{' or '.join(sorted(owner))}, which is not on its link line")
            library = next((name for name, how, _ in libraries if how.fullmatch(header)), None)
            if library and library not in owns and not OPEN_HEADERS.fullmatch(header):
                problems.append(f"{source}:{n}: {room.name} includes {header}; only the room that owns "
                                f"{library} may (test/lint/layers.txt)")
    return problems


def folder_of(path, all_rooms):
    """The rooms' folder that a file is in: the innermost; None: it is in none of them."""
    folders = {r.folder for r in all_rooms}
    above = os.path.dirname(path)
    while above and above not in folders:
        above = os.path.dirname(above)
    return above or None


def files_of(tree, room, all_rooms):
    """The target's sources, and the headers of its folder if no other target shares the folder."""
    sources = {s for s in room.sources if os.path.exists(tree.path(s))}
    if [r.folder for r in all_rooms.values()].count(room.folder) == 1:
        sources |= {h for h in tree.named(re.escape(room.folder) + r"/.+\.h")
                    if folder_of(h, all_rooms.values()) == room.folder}
    return sorted(sources)


def room_of(tree, header, source, all_rooms):
    """The names of the targets whose folder holds the header; empty if it is none of ours."""
    for base in (os.path.dirname(source), "shared", ""):
        path = os.path.normpath(os.path.join(base, header))
        if os.path.exists(tree.path(path)):
            folder = folder_of(path, all_rooms.values())
            return {r.name for r in all_rooms.values() if r.folder == folder}
    return set()
