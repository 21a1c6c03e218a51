# SPDX-License-Identifier: Apache-2.0
"""The syntax tree of a C file, as clang prints it: types are known, macros are expanded."""
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

CLANG = "clang-19"
FLAGS = ["-std=gnu17", "-Ishared", "-I.", "-w", "-fsyntax-only", "-Xclang", "-ast-dump"]
LINE = re.compile(r"([|` -]*)(\w+)(?: 0x[0-9a-f]+(?: (?:prev|parent) 0x[0-9a-f]+)*"
                  r"(?: <((?:[^<>]|<[^<>]*>)*)>(?: ((?:line|col|[^\s'\"<>]+):[\d:]+|<(?:scratch space|invalid sloc)>\S*))?)?)?")
TYPE = re.compile(r"'((?:[^'\\]|\\.)*)'(?::'((?:[^'\\]|\\.)*)')?")


class Node:
    """kind: clang's name of it; text: what stands behind its place; file, line: where its text begins."""
    __slots__ = ("kind", "text", "file", "line", "above", "children", "_type")

    def __init__(self, kind, text, file, line, above):
        self.kind, self.text, self.file, self.line, self.above = kind, text, file, line, above
        self.children, self._type = [], None

    @property
    def type(self):
        """The type without typedefs; "" if there is none."""
        if self._type is None:
            m = TYPE.search(self.text)
            self._type = (m.group(2) or m.group(1)) if m else ""
        return self._type

    def below(self):
        """The node and all below it, in the order of the text."""
        todo = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.children))


def parse(dump, wanted):
    """The declarations at file level whose file's path wanted(path) accepts."""
    found, stack = [], []
    file, line, taking = "", 0, False
    for text in dump.splitlines():
        m = LINE.match(text)
        if not m:
            continue
        depth = len(m.group(1)) // 2
        begin = None
        for where in (*(m.group(3) or "").split(", "), m.group(4) or ""):
            first, _, rest = where.partition(":")
            if first == "line":
                line = int(rest.split(":")[0])
            elif first and first != "col" and rest:
                file, line = os.path.normpath(first), int(rest.split(":")[0])
            begin = begin or (file, line)
        if depth == 1:
            # A declaration's file is that of its name: its first word may come out of a macro.
            taking = m.group(2) in ("FunctionDecl", "RecordDecl") and wanted(file)
            if taking:
                stack = [Node(m.group(2), text[m.end():], file, line, None)]
                found.append(stack[0])
        elif taking and depth > 1:
            del stack[depth - 1:]
            node = Node(m.group(2), text[m.end():], *begin, stack[-1])
            stack[-1].children.append(node)
            stack.append(node)
    return found


def dump(top, name):
    p = subprocess.run([CLANG, *FLAGS, name], cwd=top, capture_output=True, text=True, errors="replace")
    return p.stdout if p.returncode == 0 else None


def declarations(top, names, wanted):
    """(name, its declarations) of each file; None for those that clang does not take."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, text in zip(names, pool.map(lambda n: dump(top, n), names)):
            yield name, None if text is None else parse(text, wanted)
