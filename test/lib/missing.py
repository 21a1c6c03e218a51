# SPDX-License-Identifier: Apache-2.0
"""Prints, of a report of gcovr (--json), each line with a branch that was never taken, and why."""

import json
import sys


def main(path):
    with open(path, encoding="utf-8") as f:
        files = json.load(f)["files"]
    for entry in sorted(files, key=lambda x: x["file"]):
        with open(entry["file"], encoding="utf-8") as f:
            source = f.read().split("\n")
        for line in entry["lines"]:
            if line.get("gcovr/noncode"):
                continue
            branches = [b for b in line["branches"] if not b.get("gcovr/noncode")]
            never = sum(b["count"] == 0 for b in branches)
            number = line["line_number"]
            if never:
                print(f"{entry['file']}:{number}: {never} of {len(branches)}: {source[number - 1].strip()}")
            elif not line["count"]:
                print(f"{entry['file']}:{number}: never run: {source[number - 1].strip()}")


if __name__ == "__main__":
    main(sys.argv[1])
