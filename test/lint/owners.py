# SPDX-License-Identifier: Apache-2.0
"""The check `owners`: which files write which part of the core's records, against owners.txt.

A part is a member of a record (node_record.apply); a struct that only one record holds (struct
node_apply) is that part, under whatever name a pointer to it goes. A write is an assignment, ++ or
--, and an address of a part, or memory that a part owns, that goes where it may be written.
clang's syntax tree tells the types, and macros are expanded in it.
"""
import fnmatch
import os
import re

import syntax
from tree import line_of

CORE = "coordinator/core/"
HEADERS = CORE + r"state/(\w+_record|tables)\.h"
RULES = "owners.txt"
MANY = 3  # owners of a part; more of them need a comment that says why
CASTS = ("ParenExpr", "ImplicitCastExpr", "CStyleCastExpr")
COPIES = ("memset", "memcpy", "memmove")


def struct_of(type_):
    """The struct that the type is, or points to; None: neither."""
    m = re.fullmatch(r"(?:const )?struct (\w+)(?: \*(?:const)?)?", type_)
    return m and m.group(1)


def read_only(type_):
    """Nothing is written through a value of this type."""
    if not type_.endswith("*"):
        return True
    target = type_[:-1].strip()
    return target.endswith("const") if target.endswith(("*", "*const")) else target.startswith("const ")


def operator(node, *signs):
    """Whether the node is one of these operators."""
    m = re.search(r"'([^' ]+)'(?: ComputeLHSTy=.*| cannot overflow)?$", node.text)
    return node.kind.endswith("Operator") and bool(m) and m.group(1) in signs


def variadic(call, argument):
    """The argument is one of those that '...' stands for: they are printed."""
    type_ = call.children[0].type
    fixed = type_[type_.rfind("(") + 1:-1].split(", ")
    return fixed[-1] == "..." and call.children.index(argument) >= len(fixed)


def called(call):
    """The name of the function that is called; None: through a pointer."""
    names = [n for n in call.children[0].below() if n.kind == "DeclRefExpr"]
    m = names and re.search(r" Function 0x[0-9a-f]+ '(\w+)'", names[0].text)
    return m.group(1) if m else None


class Records:
    """The structs of the headers. Their members are parts, but for those of `values`: what holds a
    value owns it."""

    def __init__(self, trees, values):
        self.structs, self.values = {}, values  # {struct: {member: type}}
        for node in trees:
            name = re.search(r"struct (\w+) definition$", node.text)
            if name:
                self.structs[name.group(1)] = {re.search(r"(\w+) '", f.text).group(1): f.type
                                               for f in node.children if f.kind == "FieldDecl"}
        held = {}
        for struct, member, type_ in ((s, m, t) for s, members in self.structs.items() for m, t in members.items()):
            inner = re.fullmatch(r"struct (\w+)", type_)
            if inner and inner.group(1) in self.structs and inner.group(1) not in values:
                held.setdefault(inner.group(1), []).append(f"{struct}.{member}")
        self.part_of = {struct: parts[0] for struct, parts in held.items() if len(parts) == 1}
        self.records = {s for s in self.structs if s not in values and s not in self.part_of}
        self.parts = {f"{r}.{m}" for r in self.records for m in self.structs[r]}

    def part(self, struct, member):
        """The part that a struct's member is or is in; None: it is none."""
        if struct in self.part_of:
            return self.part_of[struct]
        return f"{struct}.{member}" if struct in self.records else None

    def whole(self, struct):
        """All parts of a struct."""
        if struct in self.part_of:
            return [self.part_of[struct]]
        return [f"{struct}.{m}" for m in self.structs[struct]] if struct in self.records else []


class Function:
    """What a function writes: (line, part) of each write."""

    def __init__(self, records, tree):
        self.records, self.writes = records, []
        self.name = re.search(r"(\w+) '", tree.text).group(1)
        self.file, self.line = tree.file, tree.line
        for node in tree.below():
            if node.file == tree.file:
                self.line = node.line
            self.look(node)

    def look(self, node):
        if operator(node, "=", "++", "--") or node.kind == "CompoundAssignOperator":
            self.write(node.children[0])
        elif operator(node, "&") and len(node.children) == 1 or "<ArrayToPointerDecay>" in node.text or \
                "<LValueToRValue>" in node.text and struct_of(node.type) not in self.records.records:
            if self.given_away(node):
                self.write(node.children[0], whole=False)
        elif node.kind == "CallExpr" and called(node) in COPIES:
            target = node.children[1]
            while target.kind in CASTS:
                target = target.children[0]
            if not operator(target, "&"):
                self.add(target, self.records.whole(struct_of(target.type)))

    def given_away(self, node):
        """The address goes to a call, to a variable or to the caller, and may be written through there."""
        above = node.above
        while not read_only(node.type):
            if above.kind == "CStyleCastExpr" and struct_of(above.type) in self.records.records:
                return False  # uthash's way from a link to its record
            if above.kind in CASTS or operator(above, "+", "-") or above.kind == "ConditionalOperator":
                node, above = above, above.above
            elif above.kind == "CallExpr":
                return above.children[0] is not node and called(above) != "free" and not variadic(above, node)
            else:
                return above.kind in ("VarDecl", "ReturnStmt", "InitListExpr") or \
                    operator(above, "=") and above.children[1] is node
        return False

    def write(self, target, whole=True):
        """A write to what an expression names: to the innermost part that holds it, and to all parts that
        hold this part by value; whole: of a record, to all its parts."""
        parts, followed, node = [], False, target
        while node.kind != "DeclRefExpr" and node.children:
            inner = node.children[0]
            if node.kind == "MemberExpr":
                pointer = "->" in node.text
                name = re.search(r"(?:->|\.)(\w+) 0x", node.text)  # none: an anonymous union
                part = name and self.records.part(struct_of(inner.type), name.group(1))
                parts += [part] if part else []
            elif node.kind == "ArraySubscriptExpr":
                inner = next(n for n in node.children if n.type.endswith("*"))
                pointer = "<ArrayToPointerDecay>" not in inner.text
            elif operator(node, "+", "-", "+=", "-="):
                inner = next((n for n in node.children if n.type.endswith("*")), inner)
                pointer = False
            elif node.kind in CASTS or operator(node, "&", "*", "++", "--"):
                pointer = operator(node, "*")
            else:
                break
            followed |= pointer
            if pointer and parts:
                break
            node = inner
        if followed or node.kind != "DeclRefExpr":
            if whole and not target.type.endswith("*"):
                parts += self.records.whole(struct_of(target.type))
            self.add(target, parts)

    def add(self, target, parts):
        line = next((n.line for n in target.below() if n.file == self.file), self.line)
        self.writes += [(line, part) for part in dict.fromkeys(parts)]


class Line:
    """A line of owners.txt: `RECORD.MEMBER[,MEMBER…] OWNER…`, or `RECORD OWNER…` of who makes records."""

    def __init__(self, number, words, explained):
        self.where = f"test/lint/{RULES}:{number}"
        record, _, members = words[0].partition(".")
        self.record, self.members = record, [m for m in members.split(",") if m]
        self.owners, self.explained = words[1:], explained
        self.used = set()

    def holds(self, function):
        """Whether the function is an owner's."""
        file = os.path.splitext(function.file[len(CORE):])[0]
        for owner in self.owners:
            path, _, names = owner.partition(":")
            if fnmatch.fnmatchcase(file, path) and (not names or function.name in names.split(",")):
                self.used.add(owner if not names else f"{path}:{function.name}")
                return True
        return False

    def unused(self):
        """The owners that were never found to write."""
        wanted = set()
        for owner in self.owners:
            path, _, names = owner.partition(":")
            wanted |= {f"{path}:{name}" for name in names.split(",")} if names else {owner}
        return sorted(wanted - self.used)


def rules_of(tree):
    """The structs that are values, and the lines on parts."""
    values, lines, comment = set(), [], False
    with open(os.path.join(tree.rules, RULES), encoding="utf-8") as f:
        for number, text in enumerate(f, 1):
            words = text.split("#")[0].split()
            if words[:1] == ["values"]:
                values |= set(words[1:])
            elif words:
                lines.append(Line(number, words, comment))
            comment = text.startswith("#")
    return values, lines


def bad_lines(records, lines):
    """What is wrong with the lines themselves, and {part: its line}."""
    problems, line_of_part = [], {}
    for line in lines:
        members = records.structs.get(line.record, {}) if line.record in records.records else None
        if members is None:
            problems.append(f"{line.where}: {line.record} is no record of {CORE}state")
            continue
        for member in line.members:
            part = f"{line.record}.{member}"
            if member not in members:
                problems.append(f"{line.where}: there is no {part} any more; take it out")
            elif part in line_of_part:
                problems.append(f"{line.where}: {part} has a line already")
            line_of_part.setdefault(part, line)
        if len(line.owners) > MANY and not line.explained:
            problems.append(f"{line.where}: more than {MANY} owners: give the part a function that sets it, or say "
                            "in a comment above why not")
    problems += [f"{CORE}state: {part} has no line in test/lint/{RULES}: say there which files may write it"
                 for part in sorted(records.parts - line_of_part.keys())]
    return problems, line_of_part


def bad_comments(tree):
    """Comments in the headers that name owners."""
    return [f"{name}:{line_of(tree.read(name), m.start())}: a comment names an owner, which test/lint/{RULES} does"
            for name in tree.named(HEADERS)
            for m in re.finditer(r"\bOwners?\b|\bowners?:", tree.read(name))]


def parsed(tree):
    """The structs of the headers, all functions with a body, and the files that clang does not take."""
    structs, functions, bad = {}, {}, []
    for name, found in syntax.declarations(tree.top, tree.named(re.escape(CORE) + r".*\.c"),
                                           lambda file: file.startswith(CORE)):
        bad += [name] if found is None else []
        for node in found or []:
            if node.kind == "RecordDecl" and re.fullmatch(HEADERS, node.file):
                structs.setdefault(node.text, node)
            elif node.kind == "FunctionDecl" and any(n.kind == "CompoundStmt" for n in node.children):
                functions.setdefault((node.file, node.line), node)
    return list(structs.values()), list(functions.values()), bad


def bad_writes(records, functions, lines, line_of_part):
    problems = []
    makers = {line.record: line for line in lines if not line.members}
    for function in (Function(records, node) for node in functions):
        for line, part in dict.fromkeys(function.writes):
            maker, own = makers.get(part.split(".")[0]), line_of_part.get(part)
            if own and not any([rule.holds(function) for rule in (maker, own) if rule]):
                problems.append(f"{function.file}:{line}: {function.name} writes {part}, which belongs to "
                                f"{', '.join(own.owners)} (test/lint/{RULES}); let a function there do it")
    return problems


def owners(tree):
    structs, functions, bad = parsed(tree)
    if bad or not functions:
        return [f"{name}: {syntax.CLANG} does not compile it" for name in bad]
    values, lines = rules_of(tree)
    records = Records(structs, values)
    problems, line_of_part = bad_lines(records, lines)
    problems += [f"test/lint/{RULES}: there is no struct {v} any more" for v in sorted(values - records.structs.keys())]
    problems += bad_comments(tree) + bad_writes(records, functions, lines, line_of_part)
    problems += [f"{line.where}: {owner} does not write it any more; take it out"
                 for line in lines for owner in line.unused()]
    return problems
