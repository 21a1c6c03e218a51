# SPDX-License-Identifier: Apache-2.0
"""How fast kubectl-muster shows a large cluster: a real API server with many ComputeNodes and ComputeJobs; for each command
the time from the API server's answer to the first line, the whole time, and the memory. Beside it kubectl get.

test/bench/cli [--nodes N] [--jobs N] [--times N]"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(TOP, "test/integration/cli"))
import fill  # noqa: E402

COMMANDS = (("queue",), ("queue", "--sort", "none"), ("queue", "-t", "all", "-o", "json"), ("top",), ("top", "jobs"),
            ("explain", "job-00001"))


def once(words, env):
    """(seconds, milliseconds to the first line, peak memory in MiB, 0 of others, CPU seconds)"""
    begin = time.monotonic()
    with subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        said = run.stderr.read()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0, said
    first = re.search(r"the first line: ([0-9.]+) ms", said)
    memory = re.search(r"memory: ([0-9]+) MiB", said) # that of the usage would count this program's own
    return (time.monotonic() - begin, float(first.group(1)) if first else None, int(memory.group(1)) if memory else 0, usage.ru_utime + usage.ru_stime)


def measure(name, words, env, times):
    runs = [once(words, env) for _ in range(times)]
    first = [r[1] for r in runs if r[1] is not None]
    print(f"{name:<34} {statistics.median(first) if first else 0:>10.1f} {max(first, default=0):>10.1f} "
          f"{statistics.median(r[0] for r in runs):>9.2f} {statistics.median(r[3] for r in runs):>7.2f} {max(r[2] for r in runs):>8}",
          flush=True)
    return max(first, default=0)


def main():
    parser = argparse.ArgumentParser(prog="test/bench/cli", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=6000)
    parser.add_argument("--times", type=int, default=7)
    args = parser.parse_args()
    script = os.path.join(TOP, "test/integration/lib/apiserver")
    with tempfile.TemporaryDirectory(prefix="muster-cli-") as folder:
        env = dict(os.environ, MUSTER_OWNER_PID=str(os.getpid()), KUBECONFIG=os.path.join(folder, "kubeconfig"))
        subprocess.run([script, "start", folder], check=True, env=env)
        try:
            subprocess.run([script, "crds", folder], check=True, env=env)
            fill.fill(folder, args.nodes, args.jobs)
            print(f"{args.nodes} nodes, {args.jobs} jobs, {args.times} runs of each; first: ms from the answer to the first line")
            print(f"{'command':<34} {'first p50':>10} {'first max':>10} {'whole s':>9} {'CPU s':>7} {'MiB max':>8}")
            worst = max(measure("kubectl muster " + " ".join(words),
                                [os.path.join(TOP, "build/release/bin/kubectl-muster"), *words, "--show-times"], env, args.times)
                        for words in COMMANDS)
            kubectl = os.path.join(os.environ["MUSTER_TOOLS_DIR"], "kubectl")
            for kind in ("computejobs", "computenodes"):
                measure(f"kubectl get {kind}", [kubectl, "get", kind], env, args.times)
        finally:
            subprocess.run([script, "stop", folder], check=False, env=env)
    print(f"worst first line: {worst:.1f} ms of 50 ms")
    return 0 if worst <= 50 else 1


sys.exit(main())
