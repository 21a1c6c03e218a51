#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the OpenSSF guide for C asks of a binary, read off the programs as they are built and shipped: hardened.py PROGRAM..."""
import re
import subprocess
import sys

# Flags that leave no other trace in the program.
COMPILED = ("-fno-strict-overflow", "-fno-delete-null-pointer-checks", "-fno-strict-aliasing", "-fstack-clash-protection",
            "-ftrivial-auto-var-init=zero", "-fexceptions")


def readelf(path, *options):
    return subprocess.run(["readelf", "-W", *options, path], check=True, text=True, stdout=subprocess.PIPE).stdout


def faults(path):
    header, segments, dynamic = readelf(path, "-h"), readelf(path, "-l"), readelf(path, "-d")
    symbols = readelf(path, "--dyn-syms")
    stack = re.search(r"GNU_STACK.*", segments)
    wanted = {
        "position-independent (-pie)": re.search(r"Type:\s+DYN", header) and "PIE" in dynamic,
        "relocations read-only (-z relro)": "GNU_RELRO" in segments,
        "bound at start (-z now)": re.search(r"FLAGS.*(BIND_NOW|NOW)", dynamic),
        "no executable stack": stack and not re.search(r"RWE", stack.group()),
        "no segment writable and executable": not re.search(r"LOAD.*RWE", segments),
        "no search path for libraries": "RPATH" not in dynamic and "RUNPATH" not in dynamic,
        "no relocations of text": "TEXTREL" not in dynamic,
        "stack protector": "__stack_chk_fail" in symbols,
        "fortified (_FORTIFY_SOURCE)": re.search(r"__\w+_chk(@|\s)", symbols),
    }
    # Debug information says how each of our files was compiled; a stripped program is not asked.
    compiled = set(re.findall(r"GNU C1\S+ .*", readelf(path, "-p", ".debug_str"))) if ".debug_str" in readelf(path, "-S") else ()
    for flag in COMPILED:
        wanted[flag] = all(flag in how for how in compiled)
    # The linker notes it only where the C library's own start files have it, which Debian's have not.
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "--section=.text", path], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    if "X86-64" in header:
        wanted["control flow (-fcf-protection)"] = code.count("endbr64") > 50
    if "AArch64" in header:
        wanted["control flow (-mbranch-protection)"] = code.count("paciasp") > 50
    return [what for what, found in wanted.items() if not found]


def main():
    failed = 0
    for path in sys.argv[1:]:
        missing = faults(path)
        failed += len(missing)
        print(path + ":", "hardened" if not missing else "missing: " + "; ".join(missing))
    return 1 if failed or len(sys.argv) < 2 else 0


sys.exit(main())
