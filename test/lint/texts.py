# SPDX-License-Identifier: Apache-2.0
"""Checks on texts: formatter, scripts, YAML, links, paths, licence; and the report on sizes."""
import json
import os
import re
import statistics
from urllib.parse import unquote

from tree import bare_c, line_of, run

C_FILES = r".*\.[ch]"


def c_format(tree, fix=False):
    files = [tree.path(n) for n in tree.named(C_FILES)]
    if not files:
        return []
    config = os.path.join(tree.rules, "../../.clang-format")
    style = "--style=file:" + os.path.realpath(config)
    if fix:
        status, text = run("clang-format-19", style, "-i", *files)
        return [text] if status else []
    status, text = run("clang-format-19", style, "--dry-run", "--ferror-limit=1", *files)
    bad = sorted({os.path.relpath(m, tree.top) for m in re.findall(r"^(/[^:\n]+):\d+:\d+: ", text, re.M)})
    if status and not bad:
        return [text]
    return [f"{n}: not formatted; fix: test/shell test/lint/run --fix format" for n in bad]


def shell(tree):
    scripts = tree.scripts()
    if not scripts:
        return []
    status, text = run("shellcheck", "-x", "-P", "SCRIPTDIR", "-S", "warning", "-f", "gcc", *scripts,
                       cwd=tree.top)
    return text.strip().splitlines() if status else []


def data(tree):
    """YAML (chart templates apart: they are Go templates) and JSON must parse; no key twice."""
    problems = []
    files = [n for n in tree.named(r".*\.ya?ml|\.clang-format") if not re.match(r"charts/[^/]+/templates/", n)]
    rules = "{rules: {key-duplicates: enable}}"
    if files:
        status, text = run("yamllint", "-f", "parsable", "-d", rules, *files, cwd=tree.top)
        if status:
            problems += text.strip().splitlines()
    for n in tree.named(r".*\.json"):
        try:
            json.loads(tree.read(n))
        except ValueError as e:
            problems.append(f"{n}: no JSON: {e}")
    return problems


def anchors(text):
    """The anchors that a renderer of Markdown makes of its headings."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    found = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for title in re.findall(r"^#+\s+(.*?)\s*#*$", text, re.M):
        title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).lower()
        found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


def links(tree):
    problems = []
    # A page that changed or a file that is gone can break the links of pages that did not change.
    whole = bool(tree.deleted or tree.named(r".*\.md"))
    for n in tree.named(r".*\.md", whole):
        text = re.sub(r"^```.*?^```|`[^`\n]*`", lambda m: re.sub(r"[^\n]", " ", m.group(0)), tree.read(n),
                      flags=re.S | re.M)
        for m in re.finditer(r"\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^]]+\]:\s+(\S+)", text, re.M):
            link = unquote(m.group(1) or m.group(2))
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            path, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(n), path)) if path else n
            where = f"{n}:{line_of(text, m.start())}"
            if not os.path.exists(tree.path(target)) or target.startswith(".."):
                problems.append(f"{where}: links to {path}, which is not there")
            elif anchor and target.endswith(".md") and anchor not in anchors(tree.read(target)):
                problems.append(f"{where}: {target} has no heading for #{anchor}")
    return problems


def paths(tree):
    """No file may name a folder of one machine: a fresh clone elsewhere has none of them."""
    machine = [r"/wo[r]k/(main|shared|\.library)\b", r"/fa[r]m/", r"/ro[o]t/\.cache", r"/ho[m]e/[a-z]\w*/"]
    if len(tree.top) > 5:
        machine.append(re.escape(tree.top) + r"\b")
    how = re.compile("|".join(machine))
    problems = []
    for n in tree.named(r".*"):
        for number, line in enumerate(tree.read(n).splitlines(), 1):
            m = how.search(line)
            if m:
                problems.append(f"{n}:{number}: names a path of one machine: {m.group(0)}")
    return problems


def licence(tree):
    problems = []
    for n in tree.named(C_FILES + r"|.*\.(def|proto|cmake|py|sh)|(.*/)?CMakeLists\.txt") + tree.scripts():
        head = "\n".join(tree.read(n).splitlines()[:3])
        if "SPDX-License-Identifier: Apache-2.0" not in head:
            first = "/* SPDX-License-Identifier: Apache-2.0 */" if re.fullmatch(C_FILES, n) \
                else "SPDX-License-Identifier: Apache-2.0 in a comment"
            problems.append(f"{n}: its first lines lack: {first}")
    return sorted(set(problems))


def functions(text):
    """(line, name, lines) of each function: its brace stands alone at the start of a line."""
    bare, found = bare_c(text).splitlines(), []
    start = None
    for i, line in enumerate(bare):
        if line == "{":
            start = i
        elif line == "}" and start is not None:
            head = " ".join(bare[max(0, start - 6):start])
            names = re.findall(r"(\w+)\s*\(", head.rsplit(";", 1)[-1].rsplit("}", 1)[-1])
            names = [x for x in names if not x.startswith("__")]
            found.append((start + 1, names[0] if names else "?", i - start - 1))
            start = None
    return found


AREAS = {
    "coordinator/core": r"coordinator/core/.*\.([ch]|def)",
    "agent/core": r"agent/core/.*\.([ch]|def)",
    "both shells": r"(coordinator|agent)/[^/]*\.[ch]",
    "shared": r"shared/.*\.([ch]|def)",
    "test/unit": r"test/unit/.*\.[ch]",
    "test/sim": r"test/sim/.*\.([ch]|def)",
    "stories": r"test/sim/stories/.*\.story",
    "other tests": r"test/(integration|fuzz|bench|lint|lib)/.*\.(c|h|py|sh)|test/(run|shell|coverage)|e2e/(?!.*\.md).*",
}


def area_sizes(tree):
    """Lines by area: as they are, and without empty ones and comments of their own."""
    for area, pattern in AREAS.items():
        lines = [s.strip() for n in tree.named(pattern) for s in tree.read(n).splitlines()]
        code = [s for s in lines if s and not s.startswith(("//", "/*", "* ", "*/", "#!", "# "))]
        print(f"{area:18} {len(lines):7} lines, {len(code):7} without comments and empty ones")


def spread(sizes_of):
    """`median 9 p90 30 longest 64` of [(size, name)], with the name of the longest."""
    if not sizes_of:
        return "none"
    numbers, (longest, name) = sorted(n for n, _ in sizes_of), max(sizes_of)
    return (f"median {statistics.median(numbers):g}, p90 {numbers[len(numbers) * 9 // 10]}, "
            f"longest {longest} {name}")


def room_sizes(tree, product):
    """Lengths of functions and of .c files, by folder and in all."""
    by_room, all_functions = {}, []
    for n in product:
        text = tree.read(n)
        room = by_room.setdefault(os.path.dirname(n), ([], []))
        found = [(size, name) for _, name, size in functions(text)]
        room[1].extend(found)
        all_functions += found
        if n.endswith(".c"):
            room[0].append((text.count("\n"), os.path.basename(n)))
    for room, (files, found) in sorted(by_room.items()):
        print(f"{room:18} {len(files):3} files: {spread(files)}")
        print(f"{'':18} {len(found):3} functions: {spread(found)}")
    files = [f for room in by_room.values() for f in room[0]]
    headers = [(tree.read(n).count("\n"), n) for n in product if n.endswith(".h")]
    print(f"in all: {len(files)} .c files: {spread(files)} (aim 350)")
    print(f"in all: {len(headers)} headers: {spread(headers)} (aim 120)")
    print(f"in all: {len(all_functions)} functions: {spread(all_functions)} (aim: median 12, longest 70)")


def sizes(tree):
    """A report, never a failure: how far the code is from the aims of the style."""
    long_files, long_functions = [], []
    product = tree.named(r"(shared|coordinator|agent)/.*\.[ch]")
    for n in product:
        text = tree.read(n)
        count, most = text.count("\n"), 120 if n.endswith(".h") else 350
        if count > most:
            long_files.append(f"  {n}: {count} lines, aim {most}")
        for line, name, size in functions(text):
            if size > 70:
                long_functions.append(f"  {n}:{line}: {name}: {size} lines, aim 70")
    if not tree.changed:
        room_sizes(tree, product)
        area_sizes(tree)
    if product:
        print("\n".join(long_files + long_functions) or "no file and no function is above its aim")
    return []


def metrics(tree):
    """Each metric of the table is set by the programs that it names, else a dashboard shows zero for ever."""
    table, problems = "shared/serve/metrics.def", []
    code = {n: bare_c(tree.read(n)) for n in tree.named(r"(shared|coordinator|agent)/.*\.c")}
    for line, row in enumerate(tree.read(table).splitlines(), 1):
        m = re.match(r"METRIC\((\w+), \"\w+\", \w+, (COORDINATOR|AGENT|BOTH),", row)
        if not m:
            continue
        users = {n.split("/")[0] for n, text in code.items() if re.search(rf"\bMETRIC_{m.group(1)}\b", text)}
        wanted = {"BOTH": {"coordinator", "agent"}}.get(m.group(2), {m.group(2).lower()})
        if "shared" not in users and not wanted <= users:
            problems.append(f"{table}:{line}: nothing in {' and '.join(sorted(wanted - users))}/ sets {m.group(1)}; "
                            "set it where it happens, or take the row out")
    return problems


def invariants(tree):
    """Each invariant of the simulator has a row in the note on it, and each name there is one."""
    note, problems = "docs/design/0003-simulator.md", []
    code = {n: tree.read(n) for n in tree.named(r"test/sim/.*\.c")}
    rows = tree.read(note).partition("### Invariants")[2]
    named = {m for row in re.findall(r"^\|([^|]*)\|", rows, re.M) for m in re.findall(r"`([a-z-]+)`", row)}
    for n, text in code.items():
        for m in re.finditer(r"\bworld_fail\([^,;]*,\s*\"([a-z-]+)\"", text):
            if m.group(1) not in named:
                problems.append(f"{n}:{line_of(text, m.start())}: {note} has no row for {m.group(1)}; say what the rule is")
    literals = {m for text in code.values() for m in re.findall(r"\"([a-z-]+)\"", text)}
    return problems + [f"{note}: nothing in test/sim fails with {name}; take it out" for name in sorted(named - literals)]
