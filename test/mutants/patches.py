# SPDX-License-Identifier: Apache-2.0
"""The patches of this folder: each is a seeded bug, NAME.patch. Its first line says what goes wrong,
its second is "Kind: bug" or "Kind: neutral"; then, after an empty line, a unified diff with paths
a/PATH and b/PATH. Nothing but Python's library is needed to read and to apply one."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.realpath(os.path.join(HERE, "../.."))
KINDS = ("bug", "neutral")
PRODUCTION = re.compile(r"(agent|cli|coordinator|shared)/.*\.[ch]")
GIT = "diff --git "
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class BadPatch(Exception):
    """A patch that is no patch, or does not apply; the text says which and where."""


class Hunk:
    """lines: (mark, text) with mark ' ', '-' or '+'; at: the first line of the old text, from 0."""

    def __init__(self, at, lines):
        self.at = at
        self.lines = lines

    def old(self):
        return [text for mark, text in self.lines if mark != "+"]

    def new(self):
        return [text for mark, text in self.lines if mark != "-"]


class Patch:
    """files: [(path, [Hunk])], in the order of the patch."""

    def __init__(self, name, what, kind, files):
        self.name = name
        self.what = what
        self.kind = kind
        self.files = files


def _header(name, lines):
    if not lines or not lines[0].strip() or lines[0].startswith(("---", "Kind:")):
        raise BadPatch(f"{name}: its first line does not say what goes wrong")
    kind = lines[1][6:] if len(lines) > 1 and lines[1].startswith("Kind: ") else None
    if kind not in KINDS:
        raise BadPatch(f"{name}: its second line is neither 'Kind: bug' nor 'Kind: neutral'")
    if len(lines) < 4 or lines[2] or not lines[3].startswith(("--- a/", GIT)):
        raise BadPatch(f"{name}: an empty line and '--- a/PATH' must follow the header")
    return lines[0], kind


def _hunk(name, lines, i):
    m = HUNK.match(lines[i])
    if not m:
        raise BadPatch(f"{name}:{i + 1}: neither a file nor a hunk begins here")
    want_old, want_new = int(m[2] or 1), int(m[4] or 1)
    body, i = [], i + 1
    while (want_old or want_new) and i < len(lines):
        mark, text = lines[i][:1] or " ", lines[i][1:]
        if mark not in " -+":
            break
        body.append((mark, text))
        want_old -= mark != "+"
        want_new -= mark != "-"
        i += 1
    if want_old or want_new:
        raise BadPatch(f"{name}:{i + 1}: the hunk is not as long as it says")
    return Hunk(int(m[1]) - 1, body), i


def parse(name, text):
    lines = text.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    what, kind = _header(name, lines)
    files, i = [], 3
    while i < len(lines):
        if lines[i].startswith((GIT, "index ")):  # git diff has these before each file
            i += 1
            continue
        if lines[i].startswith("--- "):
            path = lines[i][6:]
            if lines[i] != "--- a/" + path or lines[i + 1:i + 2] != ["+++ b/" + path]:
                raise BadPatch(f"{name}:{i + 1}: expected '--- a/PATH' and '+++ b/PATH'")
            files.append((path, []))
            i += 2
        hunk, i = _hunk(name, lines, i)
        files[-1][1].append(hunk)
    return Patch(name, what, kind, files)


def read(path):
    with open(path, encoding="utf-8") as f:
        return parse(os.path.basename(path)[:-len(".patch")], f.read())


def names(folder=HERE):
    return sorted(n[:-len(".patch")] for n in os.listdir(folder) if n.endswith(".patch"))


def place(hunk, lines, shift=0):
    """Where in lines the old text of a hunk begins: at its own line (moved by shift), else at the only
    other place that holds it; None: nowhere, or at several."""
    old = hunk.old()
    here = hunk.at + shift
    if here >= 0 and lines[here:here + len(old)] == old:
        return here
    found = [i for i in range(len(lines) - len(old) + 1) if lines[i:i + len(old)] == old]
    return found[0] if len(found) == 1 else None


def apply(name, path, hunks, text):
    """The text with the hunks applied; context and removed lines must be as the patch has them."""
    lines, shift = text.split("\n"), 0
    for hunk in hunks:
        at = place(hunk, lines, shift)
        if at is None:
            raise BadPatch(f"{name}: {path}:{hunk.at + 1}: the text that it changes is not there any more, "
                           "or at several places")
        lines[at:at + len(hunk.old())] = hunk.new()
        shift = at - hunk.at + len(hunk.new()) - len(hunk.old())
    return "\n".join(lines)


def production(top=TOP):
    """The paths of all production files."""
    found = []
    for room in ("agent", "cli", "coordinator", "shared"):
        for folder, _, files in os.walk(os.path.join(top, room)):
            found += [os.path.relpath(os.path.join(folder, f), top) for f in files]
    return sorted(n for n in found if PRODUCTION.fullmatch(n))
