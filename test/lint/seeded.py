# SPDX-License-Identifier: Apache-2.0
"""The check on the seeded bugs, the patches of test/mutants and of e2e/seeded."""
import os
import re
import sys

from tree import HERE, line_of

sys.path.insert(0, os.path.join(HERE, "../mutants"))
import patches  # noqa: E402


SHIPPED = re.compile(rf"{patches.PRODUCTION.pattern}|charts/.*|crds/.*")  # what an end-to-end case meets


def applies(tree, patch, name, production=patches.PRODUCTION):
    problems = []
    for path, hunks in patch.files:
        if not production.fullmatch(path):
            problems.append(f"{name}: changes {path}, which is no production file")
        elif path not in tree.files:
            problems.append(f"{name}: changes {path}, which there is not; test/mutants/refresh finds its place")
        else:
            try:
                patches.apply(name, path, hunks, tree.read(path))
            except patches.BadPatch as e:
                problems.append(f"{e}; test/mutants/refresh finds its place")
    return problems


def mutants(tree):
    """Each patch says what it is, applies to the tree exactly and changes production files alone (one of e2e/seeded
    may change the chart); and no production file holds a seeded bug itself."""
    problems = []
    for name in tree.named(r"test/mutants/.*\.patch"):
        try:
            problems += applies(tree, patches.parse(name, tree.read(name)), name)
        except patches.BadPatch as e:
            problems.append(str(e))
    for name in tree.named(r"e2e/seeded/.*\.patch"):
        try:
            problems += applies(tree, patches.parse(name, tree.read(name)), name, SHIPPED)
        except patches.BadPatch as e:
            problems.append(str(e))
    for name in tree.named(patches.PRODUCTION.pattern):
        text = tree.read(name)
        problems += [f"{name}:{line_of(text, m.start())}: MUTANT: a seeded bug is a patch in test/mutants"
                     for m in re.finditer(r"\bMUTANT", text)]
    return problems
