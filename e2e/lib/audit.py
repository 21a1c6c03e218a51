# SPDX-License-Identifier: Apache-2.0
"""Counts and times in an API server's audit log (JSON lines on stdin).

audit.py writes --from T --to T --prefix NAME   writes by Muster's ServiceAccounts; with --members N
                                                also writes and deletes, Lease renewals apart, per member
audit.py launch --from T --to T --job PREFIX    job accepted -> its last pod created; of that, until the
                                                last pod's create reached the API server (ours), the rest
                                                is the API server's own time

Times are RFC 3339 with microseconds, UTC, so that they compare as text.
"""

import argparse
import collections
import datetime
import json
import sys

MUSTER = "system:serviceaccount:muster-system:"
WRITES = {"create", "update", "patch"}
DELETES = {"delete", "deletecollection"}
# Reviews are calls that store nothing.
NOT_STORED = {"tokenreviews", "subjectaccessreviews"}


def events(begin, end):
    """Every finished, successful request between the two times."""
    for line in sys.stdin:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the line that is being written
        if event.get("stage") != "ResponseComplete":
            continue
        if not begin <= event["requestReceivedTimestamp"] <= end:
            continue
        yield event


def what(event):
    ref = event.get("objectRef", {})
    name = ref.get("resource", "?")
    return name + "/" + ref["subresource"] if ref.get("subresource") else name


def succeeded(event):
    return event.get("responseStatus", {}).get("code", 0) < 300


def writes(arguments):
    counts, deletes, refused, leases = collections.Counter(), 0, 0, 0
    for event in events(arguments.begin, arguments.end):
        user = event.get("user", {}).get("username", "")
        if not user.startswith(MUSTER) or what(event) in NOT_STORED:
            continue
        verb = event["verb"]
        if verb in DELETES:
            deletes += 1
        elif verb in WRITES and what(event) == "leases":
            leases += 1
        elif verb in WRITES and not succeeded(event):
            refused += 1
        elif verb in WRITES:
            counts[verb + " " + what(event)] += 1
    prefix = arguments.prefix
    print(f"{prefix}_total={sum(counts.values()) + refused}")
    for key, count in sorted(counts.items()):
        print(f"{prefix}[{key}]={count}")
    print(f"{prefix}_refused={refused}")
    print(f"{prefix}_deletes={deletes}")
    print(f"{prefix}_leases={leases}")
    if arguments.members:
        every = sum(counts.values()) + refused + deletes
        print(f"{prefix}_per_member={every / arguments.members:.1f}")


def stamp(event, key="stageTimestamp"):
    return datetime.datetime.fromisoformat(event[key].rstrip("Z"))


def tell_times(name, begins, ends):
    """Of those that have both: the median and the worst in ms; how many."""
    times = sorted((ends[job] - begins[job]).total_seconds() * 1000 for job in begins if job in ends)
    if times:
        print(f"{name}_p50_ms={times[len(times) // 2]:.1f}")
        print(f"{name}_worst_ms={times[-1]:.1f}")
    return len(times)


def launch(arguments):
    accepted, asked, last, pods = {}, {}, {}, collections.Counter()
    for event in events(arguments.begin, arguments.end):
        ref = event.get("objectRef", {})
        name = ref.get("name", "")
        if not name.startswith(arguments.job) or not succeeded(event):
            continue
        if event["verb"] not in ("create", "patch"):
            continue
        if what(event) == "computejobs" and name not in accepted:
            accepted[name] = stamp(event)
        elif event["verb"] == "create" and what(event) == "pods":
            job = name.rsplit("-", 2)[0]
            begun = stamp(event, "requestReceivedTimestamp")
            asked[job] = max(begun, asked.get(job, begun))
            last[job] = max(stamp(event), last.get(job, stamp(event)))
            pods[job] += 1
    jobs = tell_times("launch", accepted, last)
    if not jobs:
        sys.exit("no job and pod was found in the audit log")
    tell_times("launch_asked", accepted, asked)
    print(f"launch_jobs={jobs}")
    print(f"launch_pods={sum(pods.values())}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("figure", choices=["writes", "launch"])
    parser.add_argument("--from", dest="begin", required=True)
    parser.add_argument("--to", dest="end", required=True)
    parser.add_argument("--prefix", default="writes")
    parser.add_argument("--job", default="")
    parser.add_argument("--members", type=int, default=0)
    arguments = parser.parse_args()
    {"writes": writes, "launch": launch}[arguments.figure](arguments)


main()
