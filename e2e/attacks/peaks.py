# SPDX-License-Identifier: Apache-2.0
"""The most memory that the coordinators had since a moment, as the kernel counts it for their containers: with the buffers
of their connections, which is what a memory limit compares. Nodes of the cluster are containers of this machine, so their
control groups are here."""
import glob
import os

GROUPS = "/sys/fs/cgroup"
PROGRAM = "muster-coordinator"


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError:
        return ""  # the process has ended


def processes():
    """(process, the lines of its control groups) of the coordinators on this machine."""
    for comm in glob.glob("/proc/[0-9]*/comm"):
        if read(comm).strip() == PROGRAM[:15]:
            there = os.path.dirname(comm)
            yield there, read(there + "/cgroup").splitlines()


class GroupV1:
    """memory.max_usage_in_bytes, which a write begins anew."""

    def __init__(self, path):
        self.path = f"{GROUPS}/memory{path}/memory.max_usage_in_bytes"
        with open(self.path, "w", encoding="utf-8") as f:
            f.write("0")

    def bytes(self):
        return int(read(self.path) or 0)


class GroupV2:
    """memory.peak, which a write begins anew for the file that it is written to."""

    def __init__(self, path):
        self.file = open(f"{GROUPS}{path}/memory.peak", "r+", encoding="utf-8")  # pylint: disable=consider-using-with
        self.file.write("reset")
        self.file.flush()

    def bytes(self):
        try:
            self.file.seek(0)
            return int(self.file.read())
        except OSError:
            return 0  # the container has ended


class Resident:
    """The most resident memory of the process, where its control group does not say."""

    def __init__(self, process):
        self.process = process
        with open(f"{process}/clear_refs", "w", encoding="utf-8") as f:
            f.write("5")

    def bytes(self):
        lines = [line.split() for line in read(f"{self.process}/status").splitlines() if line.startswith("VmHWM")]
        return int(lines[0][1]) * 1024 if lines else 0


def meter(process, groups):
    for line in groups:
        _, controllers, path = line.split(":", 2)
        for kind in (GroupV1,) if controllers == "memory" else (GroupV2,) if not controllers else ():
            try:
                return kind(path)
            except OSError:
                pass  # it has no memory controller, or cannot begin anew
    return Resident(process)


class Peaks:
    """From now on."""

    def __init__(self, pod_uids):
        names = [name for uid in pod_uids for name in (uid, uid.replace("-", "_"))]
        self.meters = [meter(process, groups) for process, groups in processes()
                       if any(name in line for line in groups for name in names)]
        if not self.meters:
            raise RuntimeError("no coordinator runs on this machine: its memory cannot be seen")

    def mib(self):
        return max(m.bytes() for m in self.meters) / 2**20
