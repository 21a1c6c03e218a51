# SPDX-License-Identifier: Apache-2.0
"""Runs the attacks of e2e/hostile on a cluster that is up, with Muster on it. See e2e/hostile --help."""
import argparse
import importlib
import os
import re
import signal
import statistics
import sys

import record
import run
import suite

FAMILIES = ("tenant_pods", "tenant_objects", "agent_claims", "agent_frames", "admission", "tokens", "floods_port",
            "floods_objects")
TOGETHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../seeded/together.txt")


def load():
    for family in FAMILIES:
        importlib.import_module(family)


def chosen(pattern):
    return [a for a in suite.attacks if re.search(pattern, f"{a.family}/{a.name}")]


def tell(number, verdict):
    a = verdict.attack
    print(f"{verdict.word} {number} - {a.family}/{a.name} (start {verdict.before.launch_ms:.0f} -> "
          f"{verdict.during.launch_ms:.0f} ms, ratio {verdict.ratio:.2f}, in echoes {verdict.in_echoes:.2f}, "
          f"peak {verdict.memory_mib:.0f} MiB, {verdict.seconds:.0f} s)")
    for line in verdict.error.splitlines() + verdict.effects:
        print(f"    # {line}")
    if os.environ.get("HOSTILE_REACHED"):
        print("".join(f"    # reached: {line}\n" for line in verdict.reached), end="")
    sys.stdout.flush()


def pooled(starts):
    """All starts of a run; attacks that are under way together have the same ones, which count once."""
    different = {id(s): s for s in starts}.values()
    return [ms for s in different for ms in s.launches]


def summary(verdicts):
    """The lines at the end; true if no attack had an effect and none failed to attack."""
    good = [v for v in verdicts if v.word == "ok"]
    effects = sum(v.word == "EFFECT" for v in verdicts)
    errors = sum(v.word == "ERROR" for v in verdicts)
    looked = [v for v in verdicts if v.during.launches]
    before, during = pooled(v.before for v in looked) or [0.0], pooled(v.during for v in looked) or [0.0]
    ratio = statistics.median(during) / (statistics.median(before) or 1.0)
    most = max(looked, key=lambda v: v.ratio, default=None)
    print(f"a start of the victim took {statistics.median(before):.0f} ms right before the attacks (median of {len(before)}) and "
          f"{statistics.median(during):.0f} ms beside them (of {len(during)})" + (
              f"; most beside {most.attack.name}: {most.ratio:.2f} times as long" if most else ""))
    print(f"{len(verdicts)} attacks, {effects} effects; a start of the victim took {ratio:.2f} times as long as before; "
          f"a coordinator had at most {max((v.memory_mib for v in verdicts), default=0.0):.0f} MiB")
    print(f"{len(good)} passed, {effects + errors} failed")
    return len(good) == len(verdicts)


def attack_all(selected, recorded):
    verdicts = []
    with run.Ground() as ground:
        for verdict in run.run(selected, ground):
            verdicts.append(verdict)
            tell(len(verdicts), verdict)
            if recorded and not verdict.error:
                record.withheld(verdict)
    return summary(verdicts)


def together():
    """The bugs that are put into one image: {what takes a defence out: all of its group}."""
    groups = {}
    with open(TOGETHER, encoding="utf-8") as f:
        for line in f:
            words = line.partition("#")[0].split()
            groups.update({word: "+".join(dict.fromkeys("+".join(words).split("+"))) for word in words})
    return groups


def defences(selected):
    """A line for each defence: what takes it out, and a pattern for its attacks."""
    by, groups = {}, together()
    for a in selected:
        kind, _, name = a.without.partition(" ")
        by.setdefault((kind, groups.get(name, name) if kind == "bug" else name), []).append(a.name)
    for (kind, name), names in by.items():
        print(kind, (name or "-").replace(" ", "_"), f"/({'|'.join(names)})$")


def tell_without(selected, recorded):
    """Runs the attacks while their defence is out; true if each of them has its effect."""
    good = 0
    ends_programs = selected[0].without.startswith("bug ")  # else each attack tells its own effect
    with run.Ground() as ground:
        for verdict in run.run(selected, ground, apart=ends_programs):
            # With an effect as large as the end of a program, the attack itself may go wrong, too.
            one, caught = verdict.attack, bool(verdict.effects)
            good += caught
            what = (verdict.effects or verdict.error.splitlines()[-1:] or ["no effect"])[0]
            print(f"{one.without:32} {one.name:44} {'' if caught else 'WRONG: '}{what[:150]}", flush=True)
            if caught and recorded:
                record.had_effect(verdict)
            if not caught:
                print("".join(f"    # reached: {line}\n" for line in verdict.reached), end="", flush=True)
    print(f"{good} caught, {len(selected) - good} not caught")
    return good == len(selected)


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--filter", default="")
    parser.add_argument("--only", default="")
    for word in ("list", "defences", "without", "record", "page"):
        parser.add_argument("--" + word, action="store_true")
    return parser.parse_args()


def main():
    o = options()
    load()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was made is taken away
    sys.setrecursionlimit(20000)  # objects of many levels
    selected = [a for a in chosen(o.filter) if a in chosen(o.only)]
    if not selected:
        print("e2e/hostile: no attack matches (see --list)", file=sys.stderr)
        print("0 passed, 0 failed")
        sys.exit(2)
    if o.page:
        record.page(selected)
    elif o.list:
        for a in selected:
            print(f"{a.family}/{a.name}: {a.mechanism} [{a.without}]")
    elif o.defences:
        defences(selected)
    elif o.without:
        sys.exit(0 if tell_without(selected, o.record) else 1)
    else:
        print(f"1..{len(selected)}", flush=True)
        sys.exit(0 if attack_all(selected, o.record) else 1)


try:
    main()
except suite.NoGround as err:
    print(f"e2e/hostile: {err}; nothing was attacked after that. What Muster's pods say is in build/e2e/hostile, or in "
          "kubectl -n muster-system get pods", file=sys.stderr)
    print("0 passed, 1 failed", flush=True)
    sys.exit(3)
