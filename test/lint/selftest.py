#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that each check can fail: a small clean tree passes all of them; then one file is broken at
a time, and the check must name that place. Run by ctest as lint.selftest.
"""
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import circles  # noqa: E402
import layers  # noqa: E402
import musts  # noqa: E402
import objects  # noqa: E402
import owners  # noqa: E402
import seeded  # noqa: E402
import texts  # noqa: E402
from tree import Tree  # noqa: E402

C = "/* SPDX-License-Identifier: Apache-2.0 */\n"
CLEAN = {
    "shared/base/text.h": C + "int text_len(const char *s);\n",
    "shared/base/text.c": C + '#include "base/text.h"\n\n#include <string.h>\n\n'
                              "int text_len(const char *s)\n{\n\treturn (int)strlen(s);\n}\n",
    "shared/model/job.h": C + "int job_len(const char *name);\n",
    "shared/model/job.c": C + '#include "model/job.h"\n\n#include "base/text.h"\n\n'
                              '/* not a call: sleep(1) */\nstatic const char *const no = "exit(1)";\n\n'
                              "int job_len(const char *name)\n{\n"
                              "\treturn text_len(name) + (no != name);\n}\n",
    "shared/os/os.h": C + "void os_nap(void);\n",
    "shared/os/os.c": C + '#include "os/os.h"\n\nvoid os_nap(void)\n{\n}\n',
    "test/mutants/shorter.patch": "One is missing.\nKind: bug\n\n"
                                  "--- a/shared/base/text.c\n+++ b/shared/base/text.c\n@@ -6,4 +6,4 @@\n"
                                  " int text_len(const char *s)\n {\n-\treturn (int)strlen(s);\n"
                                  "+\treturn (int)strlen(s) - 1;\n }\n",
    "test/greet.sh": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\necho \"$1\"\n",
    "charts/a/values.yaml": "a: 1\nb: [2, 3]\n",
    "charts/a/values.schema.json": "{}\n",
    "charts/a/templates/a.yaml": "{{ if .Values.a }}\n",
    "docs/a.md": "# A title, here\n\nSee [b](b.md#part-two), [itself](#a-title-here), [out](https://x.test/y).\n"
                 "`[code](nowhere)`\n",
    "docs/b.md": "# B\n\n## Part two\n",
}
METRIC = 'METRIC(TURNS, "muster_turns_total", COUNTER, AGENT, NULL, NULL, "Turns.")\n'
ROOMS = ["base|shared/base|muster_flags|shared/base/text.c", "model|shared/model|base|shared/model/job.c",
         "os|shared/os|base|shared/os/os.c"]
# Room loop: two files that need each other, by a call and by a variable; three headers that include each other.
LOOP = ["loop|shared/loop|muster_flags|shared/loop/there.c,shared/loop/back.c,shared/loop/aside.c"]
LOOP_FILES = {
    "shared/loop/there.c": C + "extern int back;\nstatic int own(void)\n{\n\treturn back;\n}\n\n"
                               "int there(void)\n{\n\treturn own();\n}\n",
    "shared/loop/back.c": C + "int there(void);\nint back;\n\nint twice(void)\n{\n\treturn there() + there();\n}\n",
    "shared/loop/aside.c": C + "int there(void);\n\nint aside(void)\n{\n\treturn there();\n}\n",
}
LOOP_HEADERS = {
    "shared/loop/a.h": C + '#include "loop/b.h"\n',
    "shared/loop/b.h": C + '#include "c.h"\n',
    "shared/loop/c.c": C + '#include "loop/a.h"\n',
    "shared/loop/c.h": C,
}
# Headers of a room's subfolders, and of another room's folder beneath it, which is no part of its circles.
LOOP_FOLDERS = {
    "shared/loop/in/a.h": C + '#pragma once\n#include "loop/out/a.h"\n',
    "shared/loop/out/a.h": C + '#pragma once\n#include "../b.h"\n',
    "shared/loop/b.h": C + '#pragma once\n#include "loop/other/d.h"\n',
    "shared/loop/c.h": C + '#pragma once\n#include "in/a.h"\n',
    "shared/loop/out/a.c": C + '#include "loop/c.h"\n',
    "shared/loop/other/d.h": C + '#pragma once\n#include "loop/c.h"\n',
}
LOOP_ROOMS = LOOP + ["other|shared/loop/other|muster_flags|"]
SHORTER = "test/mutants/shorter.patch"
NOTE = "docs/design/0003-simulator.md"
CHECK = "test/sim/checks/born.c"
RULES = "### Invariants\n\n| name | rule |\n|---|---|\n| `one-live`, `room` | as `it` says |\n"
FAILS = C + 'void born(void)\n{\tworld_fail(w,\n\t\t"one-live", "%s", x);\n\tworld_fail(w, "room", "");\n}\n'
CALL = "int job_len(const char *name)\n{\n\t"


def swap(name, old, new):
    """CLEAN with one text replaced in one file."""
    assert old in CLEAN[name], (name, old)
    return {**CLEAN, name: CLEAN[name].replace(old, new, 1)}


def in_job(statement, header="string.h"):
    """CLEAN whose job_len begins with a statement."""
    files = swap("shared/model/job.c", CALL, CALL + statement + "\n\t")
    files["shared/model/job.c"] = files["shared/model/job.c"].replace(
        '#include "base/text.h"', f'#include <{header}>\n\n#include "base/text.h"')
    return files


# check, what is broken, what must be said about it, rooms.txt if it is not the clean one
BROKEN = [
    (texts.c_format, swap("shared/base/text.c", "\treturn (int)", "    return  (int)"), "shared/base/text.c: not formatted"),
    (objects.banned, in_job("sleep(1);", "unistd.h"), "shared/model/job.c:13: sleep is banned"),
    (objects.banned, in_job("char b[9]; sprintf(b, \"%s\", name);", "stdio.h"), "job.c:13: sprintf is banned"),
    (objects.banned, in_job("NAP(1);\n#undef NAP", "unistd.h>\n#define NAP sleep\n#include <string.h"),
     "shared/model/job.c: sleep is banned"),  # only the symbol shows it
    (objects.banned, in_job("int x; (void)sscanf(name, \"%d\", &x);", "stdio.h"), "sscanf is banned"),
    (objects.pure, in_job("puts(name);", "stdio.h"), "shared/model/job.c: refers to puts, so room model is not pure"),
    (objects.pure, in_job("(void)time(0);", "time.h"), "refers to time"),
    (objects.pure, in_job("extern void os_nap(void); os_nap();"), "refers to os_nap"),
    (objects.pure, in_job("extern long write(int, const void *, unsigned long); (void)write(2, name, 1);"),
     "refers to write, so room model"),  # base may, model may not
    (seeded.mutants, swap(SHORTER, "One is missing.\n", ""), f"{SHORTER}: its first line does not say"),
    (seeded.mutants, swap(SHORTER, "Kind: bug", "Kind: open"), f"{SHORTER}: its second line is neither"),
    (seeded.mutants, swap(SHORTER, "@@ -6,4", "@@ -6,5"), f"{SHORTER}:12: the hunk is not as long as it says"),
    (seeded.mutants, swap(SHORTER, "a/shared/base", "b/shared/base"), f"{SHORTER}: an empty line and '--- a/PATH' must follow"),
    (seeded.mutants, {**CLEAN, SHORTER: CLEAN[SHORTER].replace("shared/base/text.c", "test/greet.sh")},
     f"{SHORTER}: changes test/greet.sh, which is no production file"),
    (seeded.mutants, {**CLEAN, SHORTER: CLEAN[SHORTER].replace("text.c", "gone.c")},
     f"{SHORTER}: changes shared/base/gone.c, which there is not"),
    (seeded.mutants, {**CLEAN, "e2e/seeded/s.patch": CLEAN[SHORTER].replace("text.c", "gone.c")},
     "e2e/seeded/s.patch: changes shared/base/gone.c, which there is not"),
    (seeded.mutants, {**CLEAN, "e2e/seeded/s.patch": CLEAN[SHORTER].replace("shared/base/text.c", "charts/a/values.yaml")},
     "charts/a/values.yaml:6: the text that it changes is not there"),
    (seeded.mutants, swap("shared/base/text.c", "(int)strlen", "(int) strlen"), "text.c:6: the text that it changes is not there"),
    (seeded.mutants, swap("shared/base/text.c", "(int)strlen(s)", "(int)strlen(s) - MUTANT(shorter)"),
     "shared/base/text.c:8: MUTANT: a seeded bug is a patch"),
    (musts.musts, in_job("must(name[0] < 9);"), "shared/model/job.c:13: must(name[0] < 9): can anybody outside"),
    (musts.musts, {**CLEAN, "test/lint/musts.txt": "# why\n\nbecause: Nobody.\nshared/model/job.c: a == b\n"},
     "test/lint/musts.txt:4: shared/model/job.c has no must(a == b) any more"),
    (musts.musts, {**CLEAN, "test/lint/musts.txt": "shared/model/job.c: a == b\n"}, "test/lint/musts.txt:1: no reason stands above it"),
    (layers.layers, CLEAN, "model links os, which is not below it", [ROOMS[0], "model|shared/model|base,os|shared/model/job.c", ROOMS[2]]),
    (layers.layers, CLEAN, "model links PkgConfig::CURL, which it does not own",
     [ROOMS[0], "model|shared/model|base,PkgConfig::CURL|shared/model/job.c", ROOMS[2]]),
    (layers.layers, CLEAN, "room extra is not in", ROOMS + ["extra|shared/extra||"]),
    (layers.layers, swap("shared/model/job.c", '"base/text.h"', '"os/os.h"'), "shared/model/job.c:4: model includes os/os.h of os"),
    (layers.layers, swap("shared/model/job.h", C, C + "#include <jansson.h>\n"), "shared/model/job.h:2: model includes jansson.h"),
    (layers.layers, swap("shared/base/text.c", "<string.h>", '"../model/job.h"'), "base includes ../model/job.h of model"),
    (layers.layers, {**swap("shared/model/job.c", '"base/text.h"', '"os/in/deep.h"'), "shared/os/in/deep.h": C},
     "shared/model/job.c:4: model includes os/in/deep.h of os"),
    (layers.layers, {**CLEAN, "shared/model/in/deep.h": C + '#include "os/os.h"\n'}, "shared/model/in/deep.h:2: model includes os/os.h of os"),
    (circles.circles, LOOP_FILES, "loop: calls in a circle: back.c there.c; move", LOOP),
    (circles.circles, LOOP_FILES, "    back.c -> there.c: there\n    there.c -> back.c: back", LOOP),
    (circles.circles, LOOP_HEADERS, "shared/loop: includes in a circle: a b c; move", LOOP),
    (circles.circles, LOOP_HEADERS, "    a -> b: a.h includes loop/b.h\n    b -> c: b.h includes c.h\n"
     "    c -> a: c.c includes loop/a.h", LOOP),
    (circles.circles, LOOP_FOLDERS, "shared/loop: includes in a circle: c in/a out/a; move", LOOP_ROOMS),
    (circles.circles, LOOP_FOLDERS, "    in/a -> out/a: in/a.h includes loop/out/a.h\n    out/a -> c: out/a.c includes loop/c.h", LOOP_ROOMS),
    (texts.shell, swap("test/greet.sh", '"$1"', "`ls $1"), "test/greet.sh"),
    (texts.data, swap("charts/a/values.yaml", "[2, 3]", "[2, 3"), "charts/a/values.yaml:"),
    (texts.data, swap("charts/a/values.yaml", "b:", "a:"), 'duplication of key "a"'),
    (texts.data, swap("charts/a/values.schema.json", "{}", "{,}"), "values.schema.json: no JSON"),
    (texts.links, swap("docs/a.md", "b.md", "c.md"), "docs/a.md:3: links to c.md"),
    (texts.links, swap("docs/a.md", "part-two", "part-ten"), "docs/b.md has no heading for #part-ten"),
    (texts.paths, swap("docs/b.md", "two", "two: /wo" + "rk/main/x"), "docs/b.md:3: names a path"),
    (texts.paths, swap("docs/b.md", "two", "two: /ho" + "me/someone/x"), "docs/b.md:3: names a path"),
    (texts.licence, swap("shared/model/job.h", C, ""), "shared/model/job.h: its first lines lack"),
    (texts.metrics, {**CLEAN, "shared/serve/metrics.def": METRIC}, "metrics.def:1: nothing in agent/ sets TURNS"),
    (texts.invariants, {**CLEAN, NOTE: RULES, CHECK: FAILS.replace("one-live", "one-dead")},
     f"{CHECK}:3: {NOTE} has no row for one-dead"),
    (texts.invariants, {**CLEAN, NOTE: RULES.replace("`room`", "`rooms`"), CHECK: FAILS}, f"{NOTE}: nothing in test/sim fails with rooms"),
    (texts.licence, swap("test/greet.sh", "# SPDX-License-Identifier: Apache-2.0\n", ""), "test/greet.sh: its first"),
]


def write_tree(top, files, rooms):
    build = os.path.join(top, "build/dev")
    os.makedirs(build)
    commands = []
    for name, text in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        if name.endswith(".c"):
            out = f"CMakeFiles/{name.split('/')[1]}.dir/{os.path.basename(name)}.o"
            commands.append({"directory": build, "file": path, "output": out, "command": ""})
    with open(os.path.join(build, "compile_commands.json"), "w", encoding="utf-8") as f:
        json.dump(commands, f)
    with open(os.path.join(build, "rooms.txt"), "w", encoding="utf-8") as f:
        f.write("\n".join(rooms) + "\n")
    return build, commands


def compile_all(top, commands):
    for c in commands:
        out = os.path.join(c["directory"], c["output"])
        os.makedirs(os.path.dirname(out), exist_ok=True)
        subprocess.run(["gcc", "-O1", "-w", "-I", os.path.join(top, "shared"), "-c", c["file"], "-o", out], check=True)


def findings(check, files, rooms):
    with tempfile.TemporaryDirectory(prefix="muster-lint.") as top:
        build, commands = write_tree(top, files, rooms)
        if check in (objects.banned, objects.pure, circles.circles):
            compile_all(top, commands)
        with contextlib.redirect_stdout(io.StringIO()):
            return check(Tree(top, build))


def check_allowed():
    """circles-allowed.txt lets a circle pass, and a line of it that holds none is wrong."""
    cases = [("calls loop there.c back.c aside.c", []),
             ("calls loop there.c aside.c", ["loop: calls in a circle", "no circle of calls in loop among aside.c there.c"])]
    missed = []
    for line, expected in cases:
        with tempfile.TemporaryDirectory(prefix="muster-lint.") as top:
            build, commands = write_tree(top, LOOP_FILES, LOOP)
            compile_all(top, commands)
            with open(os.path.join(top, circles.ALLOWED), "w", encoding="utf-8") as f:
                f.write(f"# why\n{line}\n")
            with contextlib.redirect_stdout(io.StringIO()):
                found = circles.circles(Tree(top, build, rules=top))
        if len(found) != len(expected) or not all(e in p for e, p in zip(expected, found)):
            missed.append(f"MISSED: circles with '{line}' allowed: {found}")
    return missed


def check_report():
    """The report on sizes names what is above its aim."""
    long = C + "int f(int x)\n{\n" + "\tx++;\n" * 71 + "\treturn x;\n}\n"
    out = io.StringIO()
    with tempfile.TemporaryDirectory(prefix="muster-lint.") as top:
        build, _ = write_tree(top, {**CLEAN, "shared/model/long.c": long}, ROOMS)
        with contextlib.redirect_stdout(out):
            texts.sizes(Tree(top, build))
    return "shared/model/long.c:3: f: 72 lines" in out.getvalue()


# The check `owners` has a tree and a rule file of its own: what is put into node_seen(), what must be said about it.
NODE_SEEN = "coordinator/core/observe/node_seen.c"
OWNED = {
    "shared/base/box.h": C + "struct box {\n\tint w;\n};\nvoid box_set(struct box *b, int w);\nint box_w(const struct box *b);\n"
                             "void print(const char *fmt, ...);\n#define WANT(x) ((x).wanted = 1)\n",
    "coordinator/core/state/node_record.h":
        C + '#include "base/box.h"\n\nstruct label {\n\tint key;\n};\n\nstruct node_apply {\n\tint wanted;\n'
            "\tstruct box left_out;\n\tstruct label labels[2];\n};\n\nstruct node_record {\n\tstruct node_record *next;\n"
            "\tstruct node_apply apply;\n\tchar *name;\n\tint *rows;\n};\n",
    "coordinator/core/state/tables.h": C + '#include "coordinator/core/state/node_record.h"\n\nstruct core {\n'
                                           "\tstruct node_record *nodes, **at;\n};\n",
    "coordinator/core/state/node.c":
        C + '#include "coordinator/core/state/tables.h"\n\nvoid node_make(struct core *c, struct node_record *n)\n{\n'
            "\tn->next = c->nodes;\n\tc->nodes = n;\n\tn->name = 0;\n\tn->rows = 0;\n\tn->apply.wanted = 0;\n}\n",
    "coordinator/core/life/node_apply.c":
        C + '#include "coordinator/core/state/tables.h"\n\nvoid node_apply(struct node_record *n)\n{\n'
            "\tstruct node_apply *x = &n->apply;\n\tx->wanted++;\n\tbox_set(&x->left_out, 1);\n\tx->labels[1].key = 2;\n}\n",
    NODE_SEEN:
        C + '#include <string.h>\n\n#include "coordinator/core/state/tables.h"\n\n'
            "void node_seen(struct core *c, struct node_record *n)\n{\n\t(void)c, (void)n;\n}\n",
}
OWNERS = ["values label", "node_record state/node:node_make", "node_record.next,name,rows state/node",
          "node_record.apply life/node_*", "core.nodes,at state/node:node_make"]
APPLY = f"{NODE_SEEN}:8: node_seen writes node_record.apply, which belongs to life/node_*"
OWNED_WRITES = [
    ("n->apply.wanted = 1;", APPLY),
    ("c->nodes->next->apply.wanted |= 2;", APPLY),
    ("c->at[3]->apply.wanted--;", APPLY),
    ("struct node_apply *x = c ? &n->apply : 0; (void)x;", APPLY),
    ("extern struct node_apply *some(void); some()->wanted = 1;", APPLY),
    ("WANT(n->apply);", APPLY),
    ("WANT(\n\tn->apply);", APPLY.replace(":8:", ":9:")),
    ("box_set(&n->apply.left_out, 2);", APPLY),
    ("n->apply.labels[0].key = 1;", APPLY),
    ("*n = *c->nodes;", APPLY),
    ("memset(n, 0, sizeof *n);", APPLY),
    ("strcpy(n->name, \"x\");", f"{NODE_SEEN}:8: node_seen writes node_record.name, which belongs to state/node"),
    ("n->rows[2] = 1;", "writes node_record.rows"),
    ("int *rows = n->rows + 1; *rows = 2;", "writes node_record.rows"),
    ("c->at[1] = n;", "writes core.at, which belongs to state/node:node_make"),
    ("struct node_record **p = &c->nodes; *p = n;", "writes core.nodes"),
    ("struct node_apply copy = n->apply; copy.wanted = 1; copy.labels[1].key = 2; (void)copy;", None),
    ("(void)box_w(&n->apply.left_out); print(\"%s\", n->name); (void)strlen(n->name);", None),
    ("const int *rows = n->rows; const struct node_apply *a = &n->apply; (void)(rows[1] + a->wanted);", None),
    ("struct node_record *m = c->nodes->next; (void)(m == n && &m->apply != &n->apply);", None),
    ("int x y;", f"{NODE_SEEN}: clang-19 does not compile it"),
]
OWNED_RULES = [  # lines that are added; what is said, and with which lines instead of which
    (["node_record.gone state/node"], "owners.txt:6: there is no node_record.gone any more"),
    (["node_apply.wanted life/node_*"], "owners.txt:6: node_apply is no record"),
    (["node_record.name life/*"], "owners.txt:6: node_record.name has a line already"),
    (["values leaf"], "there is no struct leaf any more"),
    (["core.at state/node:node_make,node_free"], "owners.txt:6: state/node:node_free does not write it any more"),
    (OWNERS[:3] + OWNERS[4:], "coordinator/core/state: node_record.apply has no line"),
    (OWNERS[:3] + ["node_record.apply life/node_* a b c", OWNERS[4]], "owners.txt:4: more than 3 owners"),
    (OWNERS[:3] + ["node_record.apply life/node_* observe/*", OWNERS[4]], "owners.txt:4: observe/* does not write it any more"),
]


def owned(files, rules):
    with tempfile.TemporaryDirectory(prefix="muster-lint.") as top:
        write_tree(top, files, ROOMS)
        with open(os.path.join(top, owners.RULES), "w", encoding="utf-8") as f:
            f.write("\n".join(rules) + "\n")
        return owners.owners(Tree(top, rules=top))


def check_owners():
    """Each write is found, what is no write is not, and a wrong line is."""
    cases = [(statement, {**OWNED, NODE_SEEN: OWNED[NODE_SEEN].replace("(void)c, (void)n;", statement + " (void)c, (void)n;")},
              OWNERS, expected) for statement, expected in OWNED_WRITES]
    cases += [(rules[-1], OWNED, rules if len(rules) > 1 else OWNERS + rules, expected) for rules, expected in OWNED_RULES]
    header = "coordinator/core/state/node_record.h"
    cases += [("the tree is clean", OWNED, OWNERS, None),
              ("a comment", {**OWNED, header: OWNED[header].replace("\tchar *name;", "\tchar *name; /* Owner: state */")}, OWNERS,
               f"{header}:17: a comment names an owner")]
    missed = []
    for what, files, rules, expected in cases:
        found = owned(files, rules)
        if not (any(expected in p for p in found) if expected else not found):
            missed.append(f"MISSED: owners: {what}: {found} instead of {expected}")
    return missed, len(cases)


# What is done to a committed tree, the exit status of --changed, what it must say and must not say
UNFORMATTED = swap("shared/base/text.c", "\treturn (int)", "    return  (int)")["shared/base/text.c"]
CHANGED = [
    ({}, 0, ["since the last commit: 0 files, 0 deleted"], [": not formatted", " wrong"]),
    ({"docs/b.md": CLEAN["docs/b.md"] + "More.\n"}, 0, ["1 file, 0 deleted", "paths: 1 file, nothing wrong"],
     ["not formatted", "format:", "shell:"]),
    ({"docs/b.md": None}, 1, ["0 files, 1 deleted", "docs/a.md:3: links to b.md, which is not there"], []),
    ({"docs/b.md": "# B\n"}, 1, ["docs/b.md has no heading for #part-two"], []),
    ({"shared/model/job.c": CLEAN["shared/model/job.c"].replace("{\n\t", "{\n\tsleep(1);\n\t"),
      "shared/model/new.h": "int x ;\n"}, 1,
     ["2 files, 0 deleted", "job.c:11: sleep is banned", "new.h: not formatted", "new.h: its first lines lack",
      "format: 2 files, 1 wrong"], ["shared/model/job.c: not formatted"]),
    ({"test/greet.sh": CLEAN["test/greet.sh"].replace('"$1"', "`ls $1")}, 1, ["test/greet.sh:3"], []),
    ({"build/dev/junk.c": "int x ;\n"}, 0, ["0 files, 0 deleted"], []),
]


# A hook runs with variables that name its own repository.
ENV = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}


def git(top, *argv):
    subprocess.run(["git", "-C", top, "-c", "user.name=x", "-c", "user.email=x@x.test", "-c", "commit.gpgsign=false",
                    "-c", "safe.directory=*", *argv], check=True, capture_output=True, env=ENV)


def changed(edits):
    """The status and the output of --changed after edits of a committed tree, in which an unchanged file is wrong."""
    with tempfile.TemporaryDirectory(prefix="muster-lint.") as top:
        files = {**CLEAN, "shared/base/text.c": UNFORMATTED, ".gitignore": "/build/\n"}
        write_tree(top, files, ROOMS)
        git(top, "init", "-q")
        git(top, "add", ".")
        git(top, "commit", "-q", "-m", "x")
        for name, text in edits.items():
            if text is None:
                os.remove(os.path.join(top, name))
            else:
                with open(os.path.join(top, name), "w", encoding="utf-8") as f:
                    f.write(text)
        run = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run")
        p = subprocess.run([run, "--changed", "--top", top], capture_output=True, text=True, env=ENV)
        return p.returncode, p.stdout + p.stderr


def check_changed():
    """The number of CHANGED's cases that end otherwise than they say."""
    bad = 0
    for edits, status, said, unsaid in CHANGED:
        got, text = changed(edits)
        good = got == status and all(s in text for s in said) and not any(s in text for s in unsaid)
        print(f"{'ok' if good else 'MISSED'}: --changed: {said[-1]}")
        if not good:
            print(f"    status {got}, not {status}:\n    " + text.replace("\n", "\n    "))
            bad += 1
    return bad


def main():
    bad = check_changed()
    for check in sorted({b[0] for b in BROKEN}, key=lambda c: c.__name__):
        for problem in findings(check, CLEAN, ROOMS):
            print(f"{check.__name__}: the clean tree is said to be wrong: {problem}")
            bad += 1
    for check, files, expected, *rooms in BROKEN:
        found = findings(check, files, rooms[0] if rooms else ROOMS)
        hit = any(expected in p for p in found)
        print(f"{'ok' if hit else 'MISSED'}: {check.__name__}: {expected}")
        if not hit:
            print("\n".join(f"    found instead: {p}" for p in found) or "    found nothing")
            bad += 1
    if not check_report():
        print("MISSED: sizes: a function of 72 lines is not in the report")
        bad += 1
    missed = check_allowed()
    print("\n".join(missed) or "ok: circles: what is allowed passes, what is no circle any more does not")
    bad += len(missed)
    missed, owned_cases = check_owners()
    print("\n".join(missed) or f"ok: owners: {owned_cases} trees")
    bad += len(missed)
    print(f"{len(BROKEN) + len(CHANGED) + owned_cases} broken trees, {bad} missed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
