# SPDX-License-Identifier: Apache-2.0
"""Threads that do one thing again and again while the victim is looked at."""
import os
import threading
import time

# Whoever attacks has processors of its own; here they are the victim's, too. On a machine that has other work as well, a
# flood may need more of them to come to anything.
NICE = int(os.environ.get("HOSTILE_NICE", "19"))


class Flood:
    """Runs one(turn) in some threads until it is stopped. What one() raises is counted, and it is called again."""

    def __init__(self, one, threads=4, pause_s=0.0):
        self.one, self.pause_s = one, pause_s
        self.done = self.failed = 0
        self.last = ""
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(i,), daemon=True) for i in range(threads)]
        for t in self.threads:
            t.start()

    def run(self, turn):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        while not self.over.is_set():
            try:
                self.one(turn)
                with self.lock:
                    self.done += 1
            except Exception as err:  # pylint: disable=broad-except
                with self.lock:
                    self.failed += 1
                    self.last = f"{type(err).__name__}: {err}"
                time.sleep(0.01)
            turn += len(self.threads)
            if self.pause_s:
                self.over.wait(self.pause_s)

    def stop(self):
        self.over.set()
        for t in self.threads:
            t.join(15)

    def told(self):
        return f"{self.done} done, {self.failed} failed {self.last}"


def flood(s, one, threads=4, pause_s=0.0):
    f = Flood(one, threads, pause_s)
    s.later(f.stop)
    return f


class Crowd:
    """Connections that are kept as long as the coordinator lets them; each that ends is made again."""

    def __init__(self, s, make, count, threads=8):
        self.make, self.kept, self.born, self.made = make, [None] * count, [0.0] * count, 0
        self.flood = flood(s, self.keep, threads, 0.001)
        s.later(self.close)

    def keep(self, turn):
        place = turn % len(self.kept)
        old = self.kept[place]
        if old is not None and not ended(old):
            return
        self.kept[place] = None
        if old is not None:
            old.close()
        self.kept[place], self.born[place] = self.make(), time.monotonic()
        self.made += 1

    def alive(self):
        return sum(c is not None and not ended(c) for c in self.kept)

    def oldest_s(self):
        """How long the coordinator has let one of them be."""
        return max((time.monotonic() - b for c, b in zip(self.kept, self.born) if c is not None and not ended(c)), default=0)

    def close(self):
        for c in self.kept:
            if c is not None:
                c.close()


def ended(stream):
    """The other side has hung up. Says nothing about bytes that wait."""
    stream = getattr(stream, "stream", stream)
    try:
        stream.setblocking(False)
        return stream.recv(1) == b""
    except (BlockingIOError, InterruptedError):
        return False
    except OSError as err:
        return "did not complete" not in str(err)  # TLS: nothing to read yet
