# SPDX-License-Identifier: Apache-2.0
"""Too much of everything, by a tenant; and scrapes by somebody who reaches the port of metrics."""
import threading
import time

import forge
from cluster import job, wait
from flooding import Crowd, flood
from floods_port import SECONDS, requests
from suite import attack


@attack("a job that is deleted leaves nothing", "bug job_kept_when_deleted", memory_mib=128)
def jobs_made_and_deleted(s):
    """Small jobs that wait, 1,000 kept and others made and deleted all the time."""
    for i in range(1000):
        s.tenant.make_job(f"kept-{i}", nodeSelector={"hostile": "nowhere"})

    def tables():
        return s.cluster.metrics(s.cluster.leader()["metadata"]["name"])['muster_core_bytes{table="jobs"}']
    wait("all of them are known", lambda: s.cluster.leaders("muster_jobs") > 1000)
    before = tables()

    def one(turn):
        s.tenant.make_job(f"j-{turn}", nodeSelector={"hostile": "nowhere"})
        s.tenant.api.delete(f"{s.tenant.jobs}/j-{turn}")
    f = flood(s, one, 2)
    time.sleep(SECONDS)
    s.reached(f.told(), f.done > 50)
    yield
    f.stop()
    s.comes(f"the tables have {before:.0f} bytes again, after {f.done} jobs", lambda: tables() < before * 1.02, 10)


@attack("writes of a status are gathered", "bug status_at_once+writes_unpaced")
def edits_of_one_large_job(s):
    """A job of 60 KB whose priority changes all the time: ten times a second. A write that an edit has overtaken is
    refused (409), and is work all the same."""
    body = job("edited", nodeSelector={"hostile": "nowhere"})
    body["metadata"]["annotations"] = {f"a{i}": "x" * 1000 for i in range(60)}
    s.tenant.api.post(s.tenant.jobs, body)
    wait("it waits", lambda: s.tenant.status("edited").get("message"))
    version = s.tenant.job("edited")["metadata"]["resourceVersion"]
    query = f"{s.tenant.jobs}?resourceVersion={version}&fieldSelector=metadata.name=edited"
    seen = []

    def look():
        for _, event in s.tenant.api.watch(query, 150):
            seen.append(event["object"].get("status", {}).get("observedGeneration"))

    def one(turn):
        s.tenant.api.patch(f"{s.tenant.jobs}/edited", {"spec": {"priority": turn % 1000}})
        time.sleep(0.1)

    def overtaken():
        values = s.cluster.metrics(s.cluster.leader()["metadata"]["name"])
        return sum(v for k, v in values.items() if k.startswith("rest_client_requests_total{") and '"409"' in k)
    threading.Thread(target=look, daemon=True).start()
    before, began = overtaken(), time.monotonic()
    f = flood(s, one, 1)
    s.reached("50 edits were taken", wait("50 edits", lambda: f.done > 50, 60))
    yield
    lasted, refused = time.monotonic() - began, overtaken() - before
    writes = len(set(seen)) + refused
    s.verdict.reached.append(f"its status was written {writes:.0f} times in {lasted:.0f} s ({refused:.0f} too late), {f.done} edits")
    s.spared(f"its status was written {writes:.0f} times in {lasted:.0f} s, {f.done} edits", writes < 5 + 1.3 * lasted)


@attack("a node's pods are looked at every 5 s at most", "bug looks_at_once+lists_without_pause")
def pods_relabelled(s):
    """20 pods that look like members that have ended, on one node, whose labels change all the time."""
    node, uid = s.cluster.workers()[0], "0" * 36
    for i in range(20):
        s.tenant.api.post(s.tenant.pods, forge.as_member(node, "flood", uid, index=i, command=forge.END_WELL,
                                                         owner={"apiVersion": forge.UNSEEN}))
    names = [p["metadata"]["name"] for p in s.tenant.api.get(s.tenant.pods)["items"]]
    for name in names:
        forge.ran(s.tenant.api, s.tenant.ns, name, 60, ("Succeeded",))
    reports, before, began = s.cluster.leaders("muster_unordered_reports_total"), requests(s, "GET"), time.monotonic()

    def one(turn):
        s.tenant.api.patch(f"{s.tenant.pods}/{names[turn % 20]}", {"metadata": {"labels": {
            "muster.dev/attempt": str(1 + turn % 900000000), "turn": str(turn)}}})
    f = flood(s, one, 2)
    time.sleep(SECONDS)
    s.reached(f.told(), f.done > 50)
    s.reached("their agent tells of them", s.cluster.leaders("muster_unordered_reports_total") > reports)
    yield
    lasted, lists = time.monotonic() - began, requests(s, "GET") - before
    s.verdict.reached += [f"the coordinator read {lists:.0f} times in {lasted:.0f} s"]
    s.spared(f"the coordinator read {lists:.0f} times in {lasted:.0f} s", lists < 20 + lasted)


@attack("a rate of scrapes", "bug scrapes_unbounded")
def metrics_asked_all_the_time(s):
    """300 silent connections to the port of metrics and probes, and requests as fast as they are answered."""
    door, pages = s.node.door, [0]

    def http():
        c = door.network.socket()
        c.settimeout(3)
        c.connect((door.address, 8080))
        return c

    def one(_):
        with http() as c:
            c.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            first = c.recv(65536)
            pages[0] += first.startswith(b"HTTP/1.1 200")
            while c.recv(65536):
                pass
    Crowd(s, http, 300)
    began = time.monotonic()
    f = flood(s, one, 4)
    time.sleep(SECONDS)
    s.reached(f.told(), f.done > 20)
    yield
    lasted = time.monotonic() - began
    code, _ = s.cluster.admin.ask("GET", "/api/v1/namespaces/muster-system/pods/" + s.cluster.leader()["metadata"][
        "name"] + ":8080/proxy/livez")
    s.spared(f"a probe is answered: {code}", code == 200)
    s.spared(f"{pages[0]} pages were made in {lasted:.0f} s", pages[0] < 30 + 6 * lasted)


@attack("an end that is far away is none", "bug ends_without_horizon")
def gangs_that_hold_nodes(s):
    """Jobs with a deadline of 68 years, and gangs behind them that wait for their end: nodes may not stay idle for them."""
    years = 2147483647
    cpu = s.cluster.admin.get("/api/v1/nodes/" + s.cluster.workers()[0])["status"]["allocatable"]["cpu"]
    milli = int(cpu[:-1]) if cpu.endswith("m") else int(cpu) * 1000
    half, most = f"{milli // 2}m", f"{milli * 6 // 10}m"
    for node in s.cluster.workers():
        s.tenant.make_job(f"small-{node[-1]}x", activeDeadlineSeconds=years, nodeSelector={"kubernetes.io/hostname": node},
                          resources={"requests": {"cpu": half}})
    wait("they run", lambda: sum(j.get("status", {}).get("ready", 0) for j in s.tenant.api.get(s.tenant.jobs)[
        "items"]) >= len(s.cluster.workers()), 60)
    for i in range(3):
        s.tenant.make_job(f"gang-{i}", parallelism=3, minParallelism=3, activeDeadlineSeconds=years,
                          resources={"requests": {"cpu": most}})
    s.reached("the gangs wait", wait("they wait", lambda: all(
        s.tenant.status(f"gang-{i}").get("state") == "Pending" for i in range(3))))
    time.sleep(3)
    yield


@attack("what fails at once is not tried at once", "bug again_at_once+failure_without_pause")
def jobs_that_fail_at_once(s):
    """Eight jobs whose members fail at once, for ever."""
    for i in range(8):
        s.tenant.make_job(f"fails-{i}", command=["false"], backoffLimit=2147483647)
    s.reached("they fail", wait("failures", lambda: sum(j.get("status", {}).get("failed", 0) for j in s.tenant.api.get(
        s.tenant.jobs)["items"]) >= 8, 60))
    time.sleep(15)
    yield
    made = sum(j["status"].get("attempts", 0) for j in s.tenant.api.get(s.tenant.jobs)["items"])
    s.verdict.reached.append(f"{made} attempts of 8 members")
    s.spared(f"{made} attempts of 8 members", made < 8 * 6)

