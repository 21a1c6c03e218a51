# SPDX-License-Identifier: Apache-2.0
"""What runs with --record have seen of each attack (record.json), and docs/attacks.md, which is made of it."""
import json
import os
import re
import statistics

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "record.json")
NOT_SEEN = "not seen yet"
BUGS = (os.path.join(HERE, "../seeded"), os.path.join(HERE, "../../test/mutants"))

HEAD = """# Attacks

What `e2e/hostile` does to Muster on a real cluster, and what it saw. This page is generated from the attacks
(`e2e/attacks`) and from what their last runs recorded (`e2e/attacks/record.json`):

    e2e/hostile --record                     # the attacks, with all defences: the two columns on the right
    e2e/hostile --record --without           # each attack while its defence is out: "effect without it"
    python3 -B e2e/attacks/main.py --page > docs/attacks.md

"start" is what a start of the victim took beside the attack and right before it: medians of five small jobs each, and their ratio.
All share one machine with the cluster, so a ratio near 1 on either side is chance. "peak" is the most memory that the container of a
coordinator had, with the buffers of its connections. [Testing](testing.md#attacks) says how attacks are judged.
"""


def load():
    try:
        with open(FILE, encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return {}


def put(name, what, values):
    all_of = load()
    all_of.setdefault(name, {})[what] = values
    with open(FILE + ".new", "w", encoding="utf-8") as f:
        json.dump(all_of, f, indent=1, sort_keys=True, ensure_ascii=False)
        f.write("\n")
    os.replace(FILE + ".new", FILE)


def withheld(verdict):
    """An attack beside all defences."""
    put(verdict.attack.name, "with", {
        "effects": verdict.effects, "before_ms": round(verdict.before.launch_ms), "during_ms": round(verdict.during.launch_ms),
        "ratio": round(verdict.ratio, 2), "peak_mib": round(verdict.memory_mib)})


def had_effect(verdict):
    """An attack while its defence was out."""
    put(verdict.attack.name, "without", {"out": verdict.attack.without, "effect": verdict.effects[0]})


def bug_text(name):
    """The first line of the patch says what is wrong with it."""
    for folder in BUGS:
        path = os.path.join(folder, name + ".patch")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                return f.readline().strip().rstrip(".")
    return "no bug is seeded"


def out_text(without):
    kind, _, name = without.partition(" ")
    if kind == "bug":
        return "; ".join(f"{bug_text(n)} (`{n}`)" for n in name.split("+"))
    return {"binding": f"The policy `{name}` is not bound", "crd": f"The definition `{name}` has no bounds",
            "grant": f"Somebody has the rights of `e2e/seeded/{name}.yaml`",
            "none": "Nothing: " + name}.get(kind, without)


def cell(text):
    return re.sub(r"\s+", " ", str(text)).replace("|", "\\|")


def effect_text(attack, seen):
    if attack.without.startswith("none "):
        return "–"
    without = seen.get("without", {})
    return cell(without["effect"]) if without.get("out") == attack.without else NOT_SEEN


def row(attack, seen):
    beside = seen.get("with", {})
    figures = (NOT_SEEN,) * 2
    if beside:
        figures = f"{beside['during_ms']} / {beside['before_ms']} ms = {beside['ratio']:.2f}", f"{beside['peak_mib']} MiB"
    return "| " + " | ".join((cell(attack.name) + ": " + cell(attack.run.__doc__), cell(attack.mechanism),
                              cell(out_text(attack.without)), effect_text(attack, seen)) + figures) + " |"


def totals(attacks, recorded):
    """All attacks in a few lines."""
    beside = [(recorded[a.name]["with"], a.name) for a in attacks if "with" in recorded.get(a.name, {})]
    shown = [a for a in attacks if not a.without.startswith("none ")]
    seen = sum(effect_text(a, recorded.get(a.name, {})) != NOT_SEEN for a in shown)
    lines = [f"- {seen} of {len(shown)} attacks were seen to have their effect while their defence was out" + (
        f"; {len(attacks) - len(shown)} have no defence of Muster's own that could be taken out." if len(attacks) > len(shown)
        else ".")]
    if beside:
        most, slowest = max(beside, key=lambda b: b[0]["peak_mib"]), max(beside, key=lambda b: b[0]["ratio"])
        lines = [f"- {len(beside)} of {len(attacks)} attacks ran beside all defences: "
                 f"{sum(bool(b['effects']) for b, _ in beside)} effects.",
                 f"- A start of the victim took {statistics.median(b['ratio'] for b, _ in beside):.2f} times as long as right "
                 f"before (median of the attacks); most: {slowest[0]['ratio']:.2f}, beside {slowest[1]}.",
                 f"- A coordinator's container had at most {most[0]['peak_mib']} MiB, beside {most[1]}."] + lines
    return "\n".join(lines)


def page(attacks):
    recorded = load()
    print(HEAD + "\n" + totals(attacks, recorded))
    for family in dict.fromkeys(a.family for a in attacks):
        print(f"\n## {family}\n\n| attack | defence | what takes it out | effect without it | start | peak |\n"
              "|---|---|---|---|---|---|")
        for a in attacks:
            if a.family == family:
                print(row(a, recorded.get(a.name, {})))
