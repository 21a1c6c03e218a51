# SPDX-License-Identifier: Apache-2.0
"""What the cases say of objects."""


def check(cond, text):
    if not cond:
        raise AssertionError(text)


def equal(have, want, text):
    check(have == want, f"{text}: have {have!r}, want {want!r}")


def condition(status, kind):
    return next((c for c in status.get("conditions", []) if c["type"] == kind), {})


def running(c, job):
    return len(c.status(job).get("activeNodes", []))


def uids(c, job):
    return sorted(p["metadata"]["uid"] for p in c.pods(job))
