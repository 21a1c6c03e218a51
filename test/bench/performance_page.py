# SPDX-License-Identifier: Apache-2.0
"""Prints docs/performance.md from what test/bench/cluster --json wrote:

    python3 test/bench/performance_page.py FILE… > docs/performance.md

The files of the page that is there are test/bench/results/*.json."""

import argparse
import json
import re

import table

HEAD = """# Performance

How fast the pods of jobs come to be, what that costs, and what limits it. `test/bench/performance_page.py` prints this page from what
`test/bench/cluster --json` measured; no figure is typed by hand.

Each contender gets a fresh etcd and kube-apiserver with default flags, the same Nodes without kubelets, and for Muster an agent for each Node
([hollow agents](../test/hollow/README.md): core, session, TLS link and API client of `muster-agent`). The admission policies are bound as the chart binds
them. A run begins with the first job and ends when a third watcher has counted each member as a pod with a node. Contenders take turns; a figure
is the median of its runs.

- **raw creates**: h2load creates as many pods that have a node already; nobody decides anything. This is the ceiling.
- **raw creates of pods like Muster's**: the same with the variables, labels, annotations and owner that Muster's pods have.
- **batch Job**: kube-controller-manager's Job controller (20 workers, QPS 5,000) and kube-scheduler (QPS 5,000).
- **Muster, coordinator creates**: `agent.launch=false`. **Muster, agents create**: `agent.launch=true`, as the chart installs it.

"Load" is the CPU time of h2load, the watcher, the bystander and the bench. The bystander reads one ConfigMap again and again; "idle" is the same before
the jobs. "Others" is the share of the machine's CPU time that processes took that do not belong to the run: the larger it is, the less pods/s says;
the ratios and the CPU times still compare.
"""

AIMS = (  # what, of which contenders, the bound, whether the figure may be larger, how to get it
    ("pods/s of the ceiling", ("muster", "launch"), 0.9, False, lambda r, rows: rate(r, rows, "raw")),
    ("pods/s against batch Job", ("muster", "launch"), 3, False, lambda r, rows: rate(r, rows, "job")),
    ("answers of 429, %", ("muster", "launch"), 1, True, lambda r, rows: 100 * r["throttled"] / (r["requests"] * max(r["seen"], 1))),
    ("writes a pod", ("muster", "launch"), 1.1, True, lambda r, rows: r["writes"]),
    ("coordinator's CPU, ms a pod", ("muster",), 0.15, True, lambda r, rows: r["cpu"]["c1"]),
    ("coordinator's CPU, ms a pod", ("launch",), 0.05, True, lambda r, rows: r["cpu"]["c1"]),
    ("agents' CPU, ms a pod", ("muster", "launch"), 0.08, True, lambda r, rows: r["cpu"]["hollow"]),
    ("a bystander's GET p99, times idle", ("muster", "launch"), 2, True, lambda r, rows: r["get_p99"] / max(r["idle_p99"], 0.001)),
)


def rate(r, rows, base):
    return r["rate"] / rows[base]["rate"] if base in rows else None


def spent(r):
    """CPU ms a pod of everything that belongs to the run."""
    return sum(r["cpu"].values())


def limits(about, rows):
    """What the machine's processors alone allow; 100 % reached: they are the limit."""
    cores = about["cores"]
    yield "| contender | CPU ms/pod, all of it | pods/s that the processors allow | … less what others took | reached |\n|---|---|---|---|---|"
    for r in rows.values():
        most = cores * 1000 / spent(r)
        left = most * (1 - r["elsewhere"])
        yield f"| {r['contender']} | {spent(r):.2f} | {most:.0f} | {left:.0f} | {100 * r['rate'] / left:.0f} % |"


def words(about, rows):
    if "raw" in rows and "launch" in rows:
        raw, launch = rows["raw"], rows["launch"]
        api = lambda r: r["cpu"]["apiserver"] + r["cpu"]["etcd"]  # noqa: E731
        yield (f"A raw create costs API server and etcd {api(raw):.2f} ms, a pod of a Muster agent {api(launch):.2f} ms; the coordinator takes "
               f"{launch['cpu']['c1']:.2f} ms of {spent(launch):.2f} ms. Were coordinator and agents free, {about['cores']} cores could still "
               f"make no more than {about['cores'] * 1000 / (api(launch) + launch['cpu']['load']):.0f} pods/s that way, "
               f"{about['cores'] * 1000 / (api(launch) + launch['cpu']['load']) / (about['cores'] * 1000 / spent(raw)):.2f} of what they allow raw creates.\n")


def aims(rows):
    yield "| aim | contender | bound | measured | |\n|---|---|---|---|---|"
    for what, names, bound, below, get in AIMS:
        for name in names:
            if name not in rows or get(rows[name], rows) is None:
                continue
            value = get(rows[name], rows)
            met = value <= bound if below else value >= bound
            yield (f"| {what} | {rows[name]['contender']} | {'≤' if below else '≥'} {bound} | {value:.2f} | "
                   f"{'met' if met else 'missed'} |")


def page(results):
    print(HEAD)
    for result in results:
        about = result["about"]
        print(f"## {about['nodes']} nodes\n")
        command = re.sub(r"--json \S+", "--json FILE", about["command"])
        kernel = ".".join(about["kernel"].split(".")[:2])
        print(f"{about['date']}, {about['cores']} cores ({about['processor']}), Linux {kernel}, load average {about['load']:.1f} at the start, "
              f"medians of {about['runs']}:\n\n    {command}\n")
        planned = len(re.findall(r"\b\d+x\d+\b", command))
        if planned > len(result["shapes"]):
            print(f"The run was ended after {len(result['shapes'])} of its {planned} shapes.\n")
        print(table.HEAD)
        for shape in result["shapes"]:
            rows = shape["rows"]
            for r in rows.values():
                print(table.line(r, rows))
        print()
        for shape in result["shapes"]:
            rows = shape["rows"]
            first = next(iter(rows.values()))
            print(f"### What limits {first['jobs']} × {first['members']}\n")
            for text in words(about, rows):
                print(text)
            print("\n".join(limits(about, rows)) + "\n")
            print("\n".join(aims(rows)) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("files", nargs="+", metavar="FILE", help="of test/bench/cluster --json")
    results = []
    for name in p.parse_args().files:
        with open(name, encoding="utf-8") as f:
            results.append(json.load(f))
    page(results)


if __name__ == "__main__":
    main()
