# SPDX-License-Identifier: Apache-2.0
"""One of two users who edit a ComputeJob at once: reads it, changes it, writes it back.

edits.py URL USER COUNT   URL: the object, through `kubectl proxy`

The edit number N of anna makes it 1 + N % 3 members, that of bert sets the variable EDIT to bert-N;
both count their edits in an annotation of their name. A write that comes too late (409) is made
again from a new read, as `kubectl edit` does it.
"""

import json
import sys
import urllib.error
import urllib.request


def read(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def write(url, job):
    """True if it was taken, false if somebody else was first."""
    request = urllib.request.Request(url, json.dumps(job).encode(), method="PUT",
                                     headers={"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except urllib.error.HTTPError as error:
        if error.code != 409:
            sys.exit(f"{error}: {error.read().decode()}")
        return False
    return True


def edit(job, user, number):
    if user == "anna":
        job["spec"]["parallelism"] = 1 + number % 3
    else:
        job["spec"]["env"] = [{"name": "EDIT", "value": f"{user}-{number}"}]
    annotations = job["metadata"].setdefault("annotations", {})
    annotations[user] = str(int(annotations.get(user, "0")) + 1)
    return job


def main():
    url, user, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    late = 0
    for number in range(1, count + 1):
        while not write(url, edit(read(url), user, number)):
            late += 1
    print(f"{user}: {count} edits, {late} of them made again after a conflict")


main()
