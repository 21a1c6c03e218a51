# SPDX-License-Identifier: Apache-2.0
"""The file system of the image, as docker/collect makes it: every library is of a package that the SBOM and dpkg's
stanzas name, with the same version, and nothing else is named.

sbom_test.py COLLECT PROGRAM…"""
import json
import os
import subprocess
import sys
import tempfile


def packages_of(path):
    """What dpkg says of the library in the build root: {package: version}."""
    out = subprocess.run(["dpkg-query", "-S", os.path.realpath(path)], stdout=subprocess.PIPE, text=True, check=True)
    name = out.stdout.splitlines()[0].split(": ")[0]
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], stdout=subprocess.PIPE, text=True, check=True)
    return {name.split(":")[0]: version.stdout}


def stanza(path):
    with open(path, encoding="utf-8") as f:
        return dict(line.rstrip("\n").split(": ", 1) for line in f)


def collect(tool, programs, top, time):
    out = os.path.join(top, time)
    subprocess.run(["sh", tool, out, *programs], env={**os.environ, "SOURCE_DATE_EPOCH": time}, check=True,
                   stdout=subprocess.DEVNULL)
    return out


def main(tool, *programs):
    with tempfile.TemporaryDirectory() as top:
        out = collect(tool, programs, top, "1767225600")
        with open(f"{out}/usr/share/doc/muster/sbom.spdx.json", encoding="utf-8") as f:
            sbom = json.load(f)
        want = {}
        for folder, _, files in os.walk(out):
            for name in files:
                if ".so" in name:
                    want.update(packages_of(os.path.join(folder, name)[len(out):]))
        named = {p["name"]: p["versionInfo"] for p in sbom["packages"] if p["name"] != "muster"}
        assert named == want and len(want) > 10, (named, want)
        status = f"{out}/var/lib/dpkg/status.d"
        stanzas = [stanza(f"{status}/{n}") for n in os.listdir(status)]
        assert {s["Package"]: s["Version"] for s in stanzas} == want
        ids = {p["SPDXID"] for p in sbom["packages"]} | {sbom["SPDXID"]}
        assert all(r["spdxElementId"] in ids and r["relatedSpdxElement"] in ids for r in sbom["relationships"])
        assert sbom["spdxVersion"] == "SPDX-2.3" and sbom["creationInfo"]["created"] == "2026-01-01T00:00:00Z"
        for p in sbom["packages"]:
            for ref in p.get("externalRefs", []):
                assert ref["referenceLocator"].startswith(f"pkg:deb/debian/{p['name']}@"), ref
        print(f"{len(want)} packages")


main(*sys.argv[1:])
