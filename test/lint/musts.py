# SPDX-License-Identifier: Apache-2.0
"""The check `musts`: what comes from outside never reaches a must(). In the rooms that meet it first, each must() is of a
kind that nobody outside decides, by its form, or stands in musts.txt with the reason why nobody reaches it."""
import re

# The rooms that read bytes and objects of others, or turn them into records.
DOORS = r"(shared/(wire|kube|link|net|tls|proof|serve|sync|model)|coordinator|agent)/.*\.[ch]"
# Whose must() is of which form: an own object, the settings of its maker, an allocation, a call of the system.
FORMS = (r"\w+ && \w+->magic == \w+", r"\w+->magic == \w+", r"(\w+ && )?cfg->.*", r"!?\w+(\.\w+|->\w+)?( && \w+)?",
         r"(pthread|epoll|nng|curl|EVP|X509|RAND|PEM|sk_X509|yaml|json_dump|SSL)\w*\(.*", r"!\"\w+\"", r"errno == .*", r"id == \w+(->\w+)?(\.\w+|->\w+)?",
         r"write\(.*wake_fd.*", r"\w+ && (X509|EVP|PEM)\w*\(.*", r"m->ctx && EVP\w*\(.*")
LIST = "musts.txt"
# The invariants, which are asked in tests and simulations alone.
CHECKS = "coordinator/core/check.c"
# Up to the bracket that closes it.
MUST = re.compile(r"\bmust\(((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)\)")


def conditions(text):
    """(line, condition) of each must() of a file."""
    for m in MUST.finditer(text):
        yield text.count("\n", 0, m.start()) + 1, " ".join(m[1].split())


def listed(tree):
    """{(file, condition): line}"""
    found, reason, problems = {}, None, []
    for i, line in enumerate(tree.read(f"test/lint/{LIST}").splitlines(), 1):
        if not line or line.startswith("#"):
            reason = None if not line else reason
        elif line.startswith("because: "):
            reason = line
        elif not reason:
            problems.append(f"test/lint/{LIST}:{i}: no reason stands above it")
        else:
            path, _, condition = line.partition(": ")
            found[path, condition] = i
    return found, problems


def musts(tree):
    allowed, problems = listed(tree)
    seen = set()
    for name in tree.named(DOORS):
        if name == CHECKS:
            continue
        for line, condition in conditions(tree.read(name)):
            if any(re.fullmatch(f, condition) for f in FORMS):
                continue
            seen.add((name, condition))
            if (name, condition) not in allowed:
                problems.append(f"{name}:{line}: must({condition}): can anybody outside bring it about? If so, end as "
                                f"RC_MALFORMED; if not, say why in test/lint/{LIST}")
    problems += [f"test/lint/{LIST}:{i}: {path} has no must({condition}) any more; take the line out"
                 for (path, condition), i in allowed.items() if (path, condition) not in seen]
    return problems
