#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dist.sh BUILD NAME: makes the archive of sources from BUILD's target dist, unpacks it elsewhere,
# builds it there and runs its unit tests; then makes the archive again from the unpacked tree.
set -euo pipefail
build=$1 name=$2
tmp=$(mktemp -d "${TMPDIR:-/tmp}/muster-dist.XXXXXX")
trap 'rm -rf -- "$tmp"' EXIT

step() { # step TITLE CMD…: quiet unless it fails
	local title=$1
	shift
	if ! "$@" >"$tmp/log" 2>&1; then
		tail -n 30 "$tmp/log"
		echo "failed: $title: $*"
		exit 1
	fi
	echo "ok: $title"
}

listing() { unzip -Z1 "$1" | grep -v '/$' | sort; }

step 'make the archive' cmake --build "$build" --target dist
zip=$build/$name.zip
step 'unpack it' unzip -q "$zip" -d "$tmp"
outside=$(listing "$zip" | grep -v "^$name/" | head -n 3) || true
[ -z "$outside" ] || { echo "failed: not everything is under $name/: $outside"; exit 1; }

cd "$tmp/$name"
step 'configure' cmake --preset dev
step 'build' cmake --build --preset dev
step 'run its unit tests' ctest --preset dev -L '^unit$' --no-tests=error -j "$(nproc)"
grep 'tests passed' "$tmp/log"
step 'make the archive again, without git' cmake --build --preset dev --target dist
if ! diff <(listing "$zip") <(listing "build/dev/$name.zip"); then
	echo 'failed: an archive made from the unpacked tree holds other files (above)'
	exit 1
fi
