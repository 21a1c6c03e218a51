# SPDX-License-Identifier: Apache-2.0
"""Runs attacks: begins them, looks at the victim while they are under way, ends them, and looks at the victim again."""
import itertools
import threading
import time
import traceback

from cluster import Cluster, Tenant
from peaks import Peaks
from rooted import RootedNode
from suite import ROUNDS, NoGround, NotReached, Scene, Verdict
from victim import LAUNCHES, NEVER, Victim


class Ground:
    """What all attacks share: the cluster, the victim and, once it was asked for, the hostile node."""

    def __init__(self):
        self.cluster = Cluster()
        self.victim = Victim(self.cluster)
        self.node = RootedNode(self.cluster)
        self.has_node = False
        self.making_node = threading.Lock()  # floods ask for it from several threads

    def __enter__(self):
        try:
            self.node.leave()  # of a run that was cut off
            self.victim.enter()
        except Exception as err:  # pylint: disable=broad-except
            raise NoGround(f"the victim's job does not run: {err}") from err
        return self

    def __exit__(self, what, *_):
        self.victim.leave()
        self.node.leave()
        if what is None:
            self.node.wait_until_forgotten()

    def rooted_node(self):
        with self.making_node:
            if not self.has_node:
                try:
                    self.node.enter()
                except Exception as err:  # pylint: disable=broad-except
                    raise NoGround(f"the hostile node did not come up: {err}") from err
            self.has_node = True
        return self.node


class Play:
    """One attack under way."""

    def __init__(self, chosen, ground, tenant):
        self.verdict = Verdict(chosen)
        self.scene = Scene(ground, tenant, self.verdict)
        self.steps = chosen.run(self.scene)

    def guarded(self, step):
        """What goes wrong in an attack is an error of that attack."""
        if self.verdict.error:
            return
        try:
            step()
        except NoGround:
            raise
        except NotReached as err:
            self.verdict.error = f"did not reach its target: {err}"
        except Exception:  # pylint: disable=broad-except
            self.verdict.error = traceback.format_exc(limit=-3)

    def begin(self):
        next(self.steps)
        if not self.verdict.reached:
            raise NotReached("nothing says that it reached its target")

    def end(self):
        next(self.steps, None)

    def clean_up(self):
        self.steps.close()
        for undo in reversed(self.scene.cleanups):
            try:
                undo()
            except Exception as err:  # pylint: disable=broad-except
                print(f"    # cleaning up: {err}", flush=True)


class Watch:
    """The victim and Muster's programs, before, during and after. Peaks of memory begin with it."""

    def __init__(self, ground):
        self.ground = ground
        self.identities, self.resident = ground.cluster.identities(), ground.victim.resident()
        self.before = ground.victim.starts(LAUNCHES)
        self.peaks = Peaks(p["metadata"]["uid"] for p in ground.cluster.pods_of("coordinator"))

    def during(self, plays):
        for _ in range(ROUNDS):
            starts = self.ground.victim.starts(LAUNCHES)
            for p in plays:
                p.verdict.before, p.verdict.during = self.before, starts
            if NEVER in starts.launches or not any(p.verdict.slow for p in plays):
                return

    def after(self, plays):
        late = self.ground.victim.unfinished()
        now, mib = self.ground.cluster.identities(), self.peaks.mib()
        for p in plays:
            p.verdict.memory_mib = mib
            try:
                self.judge(p.scene, late, now)
            except Exception:  # pylint: disable=broad-except
                p.verdict.error = p.verdict.error or traceback.format_exc(limit=-3)

    def judge(self, scene, late, now):
        scene.hurts(f"{len(late)} jobs of the victim did not complete: {late[:3]}", late)
        # What the victim's own small jobs did may be told a moment later.
        scene.comes("the resident job is as it was", lambda: self.ground.victim.resident() == self.resident, 15)
        changed = [k for k in self.identities if now.get(k) != self.identities[k] and not (
            scene.new_leader and (k == "leader" or "coordinator" in k))]
        scene.hurts(f"programs ended or changed: {changed}", changed)
        v = scene.verdict
        scene.hurts(f"a start of the victim took {v.ratio:.1f} times as long", v.slow)
        scene.hurts(f"the coordinator had {v.memory_mib:.0f} MiB", v.memory_mib > v.attack.memory_mib)


def run_together(chosen, ground, number):
    """The verdicts on some attacks, under way together. What they made is gone afterwards, or is being removed."""
    began = time.monotonic()
    tenant = Tenant(ground.cluster, f"hostile-{number}-{int(time.time()) % 100000}").enter()
    plays = [Play(one, ground, tenant) for one in chosen]
    watch = Watch(ground)
    try:
        for p in plays:
            p.guarded(p.begin)
        going = [p for p in plays if not p.verdict.error]
        if going:
            watch.during(going)
        for p in going:
            p.guarded(p.end)
        watch.after(plays)  # what an attack did before it went wrong, too
    finally:
        for p in plays:
            p.clean_up()
            p.verdict.seconds = time.monotonic() - began
        tenant.leave()
    return [p.verdict for p in plays]


def run(selected, ground, apart=False):
    """Verdicts in the order of the attacks. apart: also those that are light, so that each shows its own effect."""
    groups = itertools.groupby(enumerate(selected), lambda one: one[1].family if one[1].light and not apart else one[0])
    for number, (_, group) in enumerate(groups, 1):
        yield from run_together([a for _, a in group], ground, number)
