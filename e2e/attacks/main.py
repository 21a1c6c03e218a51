# SPDX-License-Identifier: Apache-2.0
"""Runs the attacks of e2e/hostile on a cluster that is up, with Muster on it. See e2e/hostile --help."""
import argparse
import importlib
import re
import signal
import statistics
import sys

import run
import suite

FAMILIES = ("tenant_pods", "tenant_objects", "agent_claims", "agent_frames", "admission", "tokens")
# Families that run only when the pattern names them: not each of their attacks was seen to reach its target yet.
DRAFTS = ("floods",)


def load(pattern):
    for family in FAMILIES + tuple(d for d in DRAFTS if d in pattern):
        importlib.import_module(family)


def chosen(pattern):
    return [a for a in suite.attacks if re.search(pattern, f"{a.family}/{a.name}")]


def tell(number, verdict):
    a = verdict.attack
    print(f"{verdict.word} {number} - {a.family}/{a.name} (start {verdict.before.launch_ms:.0f} -> "
          f"{verdict.during.launch_ms:.0f} ms, ratio {verdict.ratio:.2f}, "
          f"{verdict.memory_mib:.0f} MiB, {verdict.seconds:.0f} s)")
    for line in verdict.error.splitlines() + verdict.effects:
        print(f"    # {line}")
    sys.stdout.flush()


def summary(verdicts):
    """The lines at the end; true if no attack had an effect and none failed to attack."""
    good = [v for v in verdicts if v.word == "ok"]
    effects = sum(v.word == "EFFECT" for v in verdicts)
    errors = sum(v.word == "ERROR" for v in verdicts)
    ratios = [v.ratio for v in verdicts if v.during.launch_ms] or [0.0]
    most = max((v.memory_mib for v in verdicts), default=0.0)
    print(f"{len(verdicts)} attacks, {effects} effects; a start of the victim took {statistics.median(ratios):.2f} times "
          f"as long as before (most: {max(ratios):.2f}); the coordinator had at most {most:.0f} MiB")
    print(f"{len(good)} passed, {effects + errors} failed")
    return len(good) == len(verdicts)


def attack_all(selected):
    verdicts = []
    with run.Ground() as ground:
        for verdict in run.run(selected, ground):
            verdicts.append(verdict)
            tell(len(verdicts), verdict)
    return summary(verdicts)


def defences(selected):
    """A line for each defence: what takes it out, and a pattern for its attacks."""
    by = {}
    for a in selected:
        by.setdefault(a.without, []).append(a.name)
    for without, names in by.items():
        kind, _, name = without.partition(" ")
        print(kind, name or "-", f"/({'|'.join(names)})$")


def tell_without(selected):
    """Runs the attacks while their defence is out; true if each of them has its effect."""
    good = 0
    with run.Ground() as ground:
        for verdict in run.run(selected, ground):
            # With an effect as large as the end of a program, the attack itself may go wrong, too.
            one, caught = verdict.attack, bool(verdict.effects)
            good += caught
            what = (verdict.effects or verdict.error.splitlines()[-1:] or ["no effect"])[0]
            print(f"{one.without:32} {one.name:44} {'' if caught else 'WRONG: '}{what[:150]}", flush=True)
    print(f"{good} caught, {len(selected) - good} not caught")
    return good == len(selected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--filter", default="")
    parser.add_argument("--only", default="")
    for word in ("list", "defences", "without"):
        parser.add_argument("--" + word, action="store_true")
    options = parser.parse_args()
    load(options.filter + options.only)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was made is taken away
    sys.setrecursionlimit(20000)  # objects of many levels
    selected = [a for a in chosen(options.filter) if a in chosen(options.only)]
    if not selected:
        print("e2e/hostile: no attack matches (see --list)", file=sys.stderr)
        print("0 passed, 0 failed")
        sys.exit(2)
    if options.list:
        for a in selected:
            print(f"{a.family}/{a.name}: {a.mechanism} [{a.without}]")
    elif options.defences:
        defences(selected)
    elif options.without:
        sys.exit(0 if tell_without(selected) else 1)
    else:
        print(f"1..{len(selected)}", flush=True)
        sys.exit(0 if attack_all(selected) else 1)


main()
