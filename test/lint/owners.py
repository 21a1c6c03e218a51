# SPDX-License-Identifier: Apache-2.0
"""The check `owners`: which files write which part of the core's records, against owners.txt.

A part is a member of a record (node_record.apply); a struct that only one record holds (struct
node_apply) is that part, under whatever name a pointer to it goes. A write is an assignment, ++ or
--, and an address of a part, or memory that a part owns, that goes where it may be written.
clang's syntax tree tells the types, and macros are expanded in it.
"""
import fnmatch
import re

import syntax

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
                self.write(node.children[0])
        elif node.kind == "CallExpr" and called(node) in COPIES:
            target = node.children[1]
            while target.kind in CASTS:
                target = target.children[0]
            if not operator(target, "&"):
                self.add(target, self.records.whole(struct_of(target.type)))

    @staticmethod
    def given_away(node):
        """The address goes to a call, to a variable or to the caller, and may be written through there."""
        above = node.above
        while not read_only(node.type):
            if above.kind in CASTS or operator(above, "+", "-") or above.kind == "ConditionalOperator":
                node, above = above, above.above
            elif above.kind == "CallExpr":
                return above.children[0] is not node and called(above) != "free"
            else:
                return above.kind in ("VarDecl", "ReturnStmt", "InitListExpr") or \
                    operator(above, "=") and above.children[1] is node
        return False

    def write(self, target):
        """A write to what an expression names: to the innermost part that holds it, and to all parts that
        hold this part by value."""
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
            self.add(target, parts + self.records.whole(struct_of(target.type)) * (not target.type.endswith("*")))

    def add(self, target, parts):
        line = next((n.line for n in target.below() if n.file == self.file), self.line)
        self.writes += [(line, part) for part in dict.fromkeys(parts)]
