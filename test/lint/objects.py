# SPDX-License-Identifier: Apache-2.0
"""Checks on what was built: banned functions and the purity of the pure rooms.

Symbols tell what the compiler really calls, whatever macro or include it came through. They miss
what it replaced by something else (sprintf by strcpy) or inlined, so the sources are read too.
"""
import json
import os
import re

from tree import bare_c, line_of, run

CORE = "coordinator_core"
PURE = ("base", "model", "pace", "sync", CORE, *(f"{CORE}_{layer}" for layer in ("state", "attempt", "place", "tell", "life", "observe")), "agent_core")
# What instrumented builds add; no room calls these itself.
INSTRUMENTED = re.compile(r"__(asan|ubsan|tsan|lsan|sanitizer|gcov|llvm|stack_chk)_|_GLOBAL_OFFSET_TABLE_")


def plain_name(symbol):
    """glibc's name for a function under another dialect or under fortify: the function's own."""
    symbol = re.sub(r"@.*", "", symbol)
    symbol = re.sub(r"^__isoc\d+_", "", symbol)
    m = re.fullmatch(r"__(\w+)_chk", symbol)
    return m.group(1) if m else symbol


def objects(tree):
    """(source, object, target) of everything that the build compiled from files of the tree."""
    with open(os.path.join(tree.build, "compile_commands.json"), encoding="utf-8") as f:
        commands = json.load(f)
    found = []
    for c in commands:
        source = os.path.relpath(os.path.realpath(os.path.join(c["directory"], c["file"])), tree.top)
        out = c.get("output") or re.search(r" -o (\S+)", c["command"]).group(1)
        target = re.search(r"CMakeFiles/([^/]+)\.dir/", out)
        found.append((source, os.path.join(c["directory"], out), target.group(1) if target else ""))
    return found


def symbols(obj):
    """(defined, undefined) symbol names of an object file."""
    status, text = run("nm", "-P", obj)
    if status:
        return None
    defined, undefined = set(), set()
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1:
            (undefined if words[1] in "Uwv" else defined).add(words[0])
    return defined, undefined


def banned(tree):
    rules = {w[0]: " ".join(w[1:]) for w in tree.rule_lines("banned.txt")}
    allowed = {tuple(w[:2]) for w in tree.rule_lines("banned-allowed.txt")}
    problems = []

    def found(place, source, name):
        if (source, name) not in allowed:
            problems.append(f"{place}: {name} is banned; use {rules[name]}")

    call = re.compile(r"(?<![\w.>])(" + "|".join(map(re.escape, rules)) + r")\s*\(")
    seen = set()
    for source in tree.named(r".*\.[ch]"):
        if source.startswith("shared/base/"):
            continue
        text = bare_c(tree.read(source))
        for m in call.finditer(text):
            seen.add((source, m.group(1)))
            found(f"{source}:{line_of(text, m.start())}", source, m.group(1))
    if tree.changed:  # nothing was built since: the sources have to do
        return problems
    for source, obj, _ in objects(tree):
        if source.startswith(("shared/base/", "..", "build/")) or not os.path.exists(obj):
            continue
        for name in sorted({plain_name(s) for s in symbols(obj)[1]} & set(rules)):
            if (source, name) not in seen:
                found(source, source, name)
    return problems


def pure(tree):
    allowed = {w[0]: set(w[1:]) for w in tree.rule_lines("pure-symbols.txt")}
    uses = {w[0]: w[1:-1] for w in tree.rule_lines("layers.txt")}
    defined, undefined = {}, {}
    for source, obj, target in objects(tree):
        if target not in PURE:
            continue
        if not os.path.exists(obj):
            return [f"{source}: not built; build first: test/shell cmake --build --preset dev"]
        d, u = symbols(obj)
        defined.setdefault(target, set()).update(d)
        undefined.setdefault(target, []).append((source, u))
    problems = [f"room {room}: nothing of it was built; is it still in CMakeLists.txt?"
                for room in PURE if room not in defined and os.path.isdir(tree.path(folder(room)))]
    for room, uses_of in sorted(undefined.items()):
        seen = set.union(defined[room], *(defined.get(r, set()) for r in uses[room]))
        for source, names in uses_of:
            for name in sorted(names - seen):
                only = allowed.get(plain_name(name))
                if (only is None or only and room not in only) and not INSTRUMENTED.match(name):
                    problems.append(
                        f"{source}: refers to {name}, so room {room} is not pure; hand the result in "
                        "with an event, or (a libc function without I/O, clock and state) add it to "
                        "test/lint/pure-symbols.txt")
    return problems


def folder(room):
    return room.replace("_", "/") if "_" in room else f"shared/{room}"
