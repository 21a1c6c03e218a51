#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lint.commands BUILD: what users type. A wrong command line ends with status 2 and one line that names
# --help or what is wanted; --help ends with 0. Nothing here gets as far as doing something.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
build=$1 bad=0 n=0

try() { # STATUS COMMAND…: checks the status, and of what is refused that it is one line
	local want=$1 out rc=0
	shift
	n=$((n + 1))
	out=$(timeout 30 "$@" 2>&1 >/dev/null </dev/null) || rc=$?
	[ "$want" = 0 ] || [[ $out =~ ^[^$'\n']{20,}$ ]] || rc="$rc, not in one line"
	[ "$rc" = "$want" ] && return
	printf '%s: status %s, not %s: %s\n' "$*" "$rc" "$want" "$out"
	bad=$((bad + 1))
}

coordinator=("$build/bin/muster-coordinator" --namespace x --agent-service-account x:y)
agent=("$build/bin/muster-agent" --namespace x --node n)
sim=$build/bin/muster-sim bench=$build/bin/bench-placement

cli=$build/bin/kubectl-muster
for program in "${coordinator[0]}" "${agent[0]}" "$cli" "$sim" "$bench" test/run test/shell test/coverage \
	test/lint/run test/tools/get test/mutants/run test/mutants/refresh e2e/run e2e/cluster e2e/demo e2e/figures e2e/hostile e2e/lib/images; do
	try 0 "$program" --help
	try 2 "$program" --no-such-option
done
for program in "${coordinator[0]}" "${agent[0]}" "$bench"; do
	try 0 "$program" --version
done

try 2 "$cli"
try 2 "$cli" nonsense
try 2 "$cli" queue nonsense
try 2 "$cli" queue -o
try 2 "$cli" --states all explain x
try 2 "$cli" queue --kubeconfig /nonexistent
try 2 "${coordinator[0]}"
try 2 "${coordinator[@]}" nonsense
try 2 "${coordinator[@]}" --log-level
try 2 "${coordinator[@]}" --log-level loud
try 2 "${coordinator[@]}" --placement both
try 2 "${coordinator[@]}" --heartbeat 2
try 2 "${coordinator[@]}" --heartbeat 5s
try 2 "${coordinator[@]}" --heartbeat 0s
try 2 "${coordinator[@]}" --lease-duration 5s
try 2 "${coordinator[@]}" --agent-service-account x
try 2 "${agent[0]}"
try 2 "${agent[@]}" nonsense
try 2 "${agent[@]}" --launch no
try 2 "${agent[@]}" --log-format xml
try 1 "${agent[@]}" --kubeconfig /nonexistent
try 2 "$bench" nonsense
try 2 "$bench" --shape round
try 2 "$bench" --nodes 0
try 2 "$sim"
try 2 "$sim" nonsense
try 2 "$sim" --seeds 5-1
try 2 "$sim" --seeds 1-1 --keep x
try 2 "$sim" --seeds 1-1 --nodes 65
try 2 "$sim" --reasons
try 2 test/run nonsense
try 2 test/run --filter
try 2 test/run --preset fast
try 2 test/run unit --changed
try 2 test/lint/run nonsense
try 2 test/lint/run --top
try 2 test/lint/run --changed pure
try 2 test/coverage --seeds
try 2 test/tools/get nonsense
try 2 test/tools/get --module
try 2 e2e/run --lanes
try 2 e2e/run --lanes 0
try 2 e2e/cluster
try 2 e2e/cluster nonsense
try 2 e2e/hostile nonsense
try 2 e2e/cluster status --name
try 2 e2e/cluster status --name 'No Name'
try 2 e2e/cluster up --workers 0
try 2 e2e/demo nonsense
try 2 e2e/demo down nonsense
try 2 e2e/figures nonsense
try 2 e2e/figures --cluster
try 2 e2e/lib/images

# What a choice may be is said where it is refused.
for words in 'debug|info|warn|error' 'spread|pack' 'logfmt|json'; do
	"${coordinator[0]}" --help | grep -qF -- "$words" || { echo "--help lacks $words"; bad=$((bad + 1)); }
done
echo "$n command lines, $bad wrong"
[ $bad = 0 ]
