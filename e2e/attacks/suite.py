# SPDX-License-Identifier: Apache-2.0
"""What an attack is, and how it is judged.

An attack is a generator. Until its `yield` it sets itself up, and proves with reached() that it came where it aims;
while it waits there, the victim starts jobs; after it, hurts() and spared() look for the effect. It then ends, and
the suite looks at the victim and at Muster's programs once more.

Every attack names its mechanism, the defence that stops it, and what takes that defence out (`without`): a seeded bug
of e2e/seeded or test/mutants ("bug NAME", or "bug NAME+NAME" where one defence stands behind another), a policy that is
not bound ("binding NAME"), a definition without bounds ("crd NAME"), rights that somebody has too many of ("grant NAME",
e2e/seeded), or "none REASON" where no defence of Muster's own stops it. A mechanism is counted once.
"""
import dataclasses
import time

from victim import Starts

RATIO_MAX = 3.0  # how many times as long a start of the victim may take as right before the attack
SLOWER_MS = 150.0  # a start that took less than this longer did so by chance, whatever the ratio
ROUNDS = 3  # a slow start is looked at again: an attack that slows starts does so each time
MEMORY_MIB = 96.0  # of a coordinator at its peak, unless an attack says another bound

attacks = []


@dataclasses.dataclass
class Attack:
    name: str
    mechanism: str
    without: str
    run: object
    memory_mib: float = MEMORY_MIB
    ratio: float = RATIO_MAX
    light: bool = False  # it only asks: such attacks of a family are under way together, and the victim is looked at once
    family: str = ""


def attack(mechanism, without, **bounds):
    """Declares the generator below it as an attack. Its name is the function's, its purpose the docstring."""
    def declare(run):
        if any(a.mechanism == mechanism for a in attacks):
            raise AssertionError(f"{run.__name__}: the mechanism '{mechanism}' is counted already")
        attacks.append(Attack(run.__name__.replace("_", "-"), mechanism, without, run, family=run.__module__, **bounds))
        return run
    return declare


class NoGround(Exception):
    """The victim or the hostile node cannot come up: no attack that needs it shows anything, so the run ends."""


class NotReached(Exception):
    """The attack did not come where it aims, so it shows nothing."""


@dataclasses.dataclass
class Verdict:
    attack: Attack
    error: str = ""
    effects: list = dataclasses.field(default_factory=list)
    reached: list = dataclasses.field(default_factory=list)
    before: Starts = dataclasses.field(default_factory=Starts)
    during: Starts = dataclasses.field(default_factory=Starts)
    memory_mib: float = 0.0
    seconds: float = 0.0

    @property
    def ratio(self):
        """How many times as long a start took as right before, by the clock: medians."""
        return self.during.launch_ms / self.before.launch_ms if self.during.launches else 0.0

    @property
    def in_echoes(self):
        """The same with a start told as so many echoes: a busy machine takes longer for both."""
        if not self.during.launches:
            return 0.0
        return self.ratio * self.before.echo_ms / self.during.echo_ms

    @property
    def slow(self):
        longer = self.during.launch_ms - self.before.launch_ms
        return longer > SLOWER_MS and min(self.ratio, self.in_echoes) > self.attack.ratio

    @property
    def word(self):
        return "ERROR" if self.error else "EFFECT" if self.effects else "ok"


class Scene:
    """What an attack gets: the cluster, the victim, a tenant of its own, and words for what it sees."""

    def __init__(self, ground, tenant, verdict):
        self.ground, self.tenant, self.verdict = ground, tenant, verdict
        self.cluster, self.victim = ground.cluster, ground.victim
        self.cleanups = []
        self.new_leader = False  # the attack has another coordinator lead

    @property
    def node(self):
        """The node whose root is hostile. It is there from the first attack on that asks for it."""
        return self.ground.rooted_node()

    def reached(self, what, found):
        if not found:
            raise NotReached(what)
        self.verdict.reached.append(what)

    def hurts(self, what, found):
        """The effect that the attack is after."""
        if found:
            self.verdict.effects.append(what)

    def spared(self, what, good):
        self.hurts("not: " + what, not good)

    def never(self, what, condition, seconds):
        """The effect does not come within this time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                self.hurts(what, True)
                return
            time.sleep(0.2)

    def comes(self, what, condition, seconds):
        """What a defence has to do, within this time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.2)
        self.hurts("not: " + what, True)

    def later(self, undo):
        """Called when the attack has ended, however it ends; the last one first."""
        self.cleanups.append(undo)
