#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lint.engine: our Docker engine is started once and not stopped while anybody needs it (e2e/lib/engine.sh),
# with an engine that is a file.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
MUSTER_CACHE=$(mktemp -d)
export MUSTER_CACHE
# shellcheck disable=SC2046 # each a word
trap 'kill $(jobs -p) 2>/dev/null || :; rm -rf "$MUSTER_CACHE"' EXIT

cat >"$MUSTER_CACHE/fake" <<'END'
. e2e/lib/common.sh
. e2e/lib/engine.sh
engine_use() { [ -e "$MUSTER_CACHE/alive" ]; }
engine_make() { engine_use || { sleep 0.3; echo made >>"$MUSTER_CACHE/log"; touch "$MUSTER_CACHE/alive"; }; }
engine_stop() { echo stopped >>"$MUSTER_CACHE/log"; rm "$MUSTER_CACHE/alive"; }
END
fake() { bash -euc '. "$MUSTER_CACHE/fake"; eval "$1"' fake "$1"; }
expect() { # WORDS: what was done to the engine so far
	local did
	did=$(paste -sd' ' "$MUSTER_CACHE/log")
	[ "$did" = "$1" ] || { echo "the engine was: $did; expected: $1"; exit 1; }
}

fake 'engine_up; touch "$MUSTER_CACHE/a"; until [ -e "$MUSTER_CACHE/go" ]; do sleep 0.1; done; engine_down' &
a=$!
# No function: its process is to be killed, not a shell around it.
bash -euc '. "$MUSTER_CACHE/fake"; engine_up; touch "$MUSTER_CACHE/b"
	until [ -e "$MUSTER_CACHE/go" ]; do sleep 0.1; done' &
b=$!
for ((i = 0; i < 100; i++)); do
	[ ! -e "$MUSTER_CACHE/a" ] || [ ! -e "$MUSTER_CACHE/b" ] || break
	sleep 0.1
done
expect made
fake engine_down # of a third cluster: both others are still being made
expect made
kill "$b"
wait "$b" || :
sleep 0.5 # its own child, with the lock, has ended too
fake engine_down
expect made
touch "$MUSTER_CACHE/go"
wait "$a" # it could not make its cluster, and nobody else needs the engine
expect 'made stopped'
fake 'engine_up; engine_use'
expect 'made stopped made'
fake engine_down
expect 'made stopped made stopped'

fake 'use_alone c; touch "$MUSTER_CACHE/used"; until [ -e "$MUSTER_CACHE/over" ]; do sleep 0.1; done' &
until [ -e "$MUSTER_CACHE/used" ]; do sleep 0.1; done
if fake 'use_alone c' 2>"$MUSTER_CACHE/said"; then echo 'two use one cluster'; exit 1; fi
grep -q 'another e2e/demo, .* uses the cluster c: wait' "$MUSTER_CACHE/said"
fake 'use_alone d'
touch "$MUSTER_CACHE/over"
wait
fake 'use_alone c'
echo 'the engine was there as long as it was needed'
