# SPDX-License-Identifier: Apache-2.0
"""The table of test/bench/cluster, as it is printed and as it stands in docs/performance.md."""

HEAD = ("| shape | contender | pods/s | of raw | of Job | 429s | writes/pod | requests/pod | CPU ms/pod: API server | etcd | its own | load | "
        "first pod of a job p50, p99, ms | last pod p50, p99, ms | GET p99, ms | idle | others' share of the machine |")
HEAD += "\n|" + "---|" * (HEAD.count("|") - 1)


def rate_of(rows, name):
    return rows[name]["rate"] if name in rows else None


def line(r, rows):
    """r: one of rows, {contender: medians}."""
    raw, job = rate_of(rows, "raw"), rate_of(rows, "job")
    missing = "" if r["seen"] == r["of"] else f"   only {r['seen']} of {r['of']}{r['refused']}"
    share = lambda base: f"{r['rate'] / base:.2f}" if base else "-"  # noqa: E731
    own = " + ".join(f"{v:.2f}" for n, v in r["cpu"].items() if n not in ("apiserver", "etcd", "load")) or "-"
    pods = [f"{r[f'{w}_p50']:.0f}, {r[f'{w}_p99']:.0f}" if r["last_p99"] else "-" for w in ("first", "last")]
    return (f"| {r['jobs']} × {r['members']} | {r['contender']} | {r['rate']:.0f} | {share(raw)} | {share(job)} | {r['throttled']} | "
            f"{r['writes']:.2f} | {r['requests']:.2f} | {r['cpu']['apiserver']:.2f} | {r['cpu']['etcd']:.2f} | {own} | "
            f"{r['cpu']['load']:.2f} | {pods[0]} | {pods[1]} | {r['get_p99']:.0f} | {r['idle_p99']:.0f} | "
            f"{r['elsewhere'] * 100:.0f} % |{missing}")
