# SPDX-License-Identifier: Apache-2.0
"""What every check works on: the files of a checkout, C text without comments, rule files."""
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED_DIRS = {".git", "build", "__pycache__"}


class NotACheckout(Exception):
    """The tree has no history, so no file of it is known to have changed."""


class Tree:
    """A checkout (or an unpacked archive of one) and, for some checks, its build folder.

    With changed=True the tree has only the files that differ from the last commit: staged, not
    staged, and new ones that Git does not ignore. The names of deleted files are in `deleted`.
    """

    def __init__(self, top, build=None, rules=HERE, changed=False):
        self.top = os.path.realpath(top)
        self.build = os.path.realpath(build) if build else None
        self.rules = rules
        self.all = self.files = self._list()
        self.changed, self.deleted = changed, []
        self.looked_at = set()  # the files that the checks have asked for
        if changed:
            self._narrow()

    def _git(self, *argv):
        """The names that a Git command prints (its option -z separates them by NUL); None if it fails."""
        git = ["git", "-c", "safe.directory=*", "-C", self.top]
        p = subprocess.run([*git, *argv], capture_output=True, text=True)
        return None if p.returncode else {n for n in p.stdout.split("\0") if n}

    def _narrow(self):
        new = self._git("ls-files", "-z", "-o", "--exclude-standard")
        if new is None:
            raise NotACheckout(f"{self.top} is not a Git checkout, so nothing tells what has changed")
        # Before the first commit every file is new.
        names = self._git("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", "HEAD")
        names = set(self.all) if names is None else names | new
        self.deleted = sorted(n for n in names if not os.path.lexists(self.path(n)))
        self.files = sorted(names & set(self.all))

    def _list(self):
        root = self._git("rev-parse", "--show-toplevel")
        if root and os.path.realpath(root.pop().strip()) == self.top:
            # What is tracked and what is about to be: a new file is checked before its commit.
            names = self._git("ls-files", "-z", "-co", "--exclude-standard")
        else:
            names = set()
            for folder, dirs, files in os.walk(self.top):
                dirs[:] = [d for d in dirs if d not in SKIPPED_DIRS]
                names |= {os.path.relpath(os.path.join(folder, f), self.top) for f in files}
        return sorted(n for n in names if os.path.isfile(self.path(n)))

    def path(self, name):
        return os.path.join(self.top, name)

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:  # gone since it was listed, an editor's or a fuzzer's file
            return ""

    def named(self, pattern, whole=False):
        """The files whose path matches the regular expression as a whole; whole: unchanged ones too."""
        found = [n for n in (self.all if whole else self.files) if re.fullmatch(pattern, n)]
        self.looked_at.update(found)
        return found

    def scripts(self):
        """Shell scripts, by name or by first line."""
        found = []
        for n in self.files:
            if n.endswith(".sh"):
                found.append(n)
            elif "." not in os.path.basename(n):
                with open(self.path(n), "rb") as f:
                    if re.match(rb"#!\s*/(usr/)?bin/(env )?(ba|da)?sh\b", f.readline(80)):
                        found.append(n)
        self.looked_at.update(found)
        return found

    def rule_lines(self, name):
        """The lines of a rule file as lists of words; comments and empty lines left out."""
        with open(os.path.join(self.rules, name), encoding="utf-8") as f:
            words = (line.split("#")[0].split() for line in f)
            return [w for w in words if w]


def bare_c(text):
    """C source with comments and literals blanked; line numbers stay."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                  blank, text, flags=re.S)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def run(*argv, **kw):
    """A command's status and all that it printed."""
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                       errors="replace", **kw)
    return p.returncode, p.stdout
