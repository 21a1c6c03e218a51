#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# runner.sh: shows that test/run tells the truth: a scratch project with levels that pass, fail, skip,
# hold no test or do not build, and what test/run makes of each. Run by ctest as lint.runner.
set -uo pipefail
top=$(cd -- "$(dirname -- "$0")/../.." && pwd -P)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/muster-runner.XXXXXX")
trap 'rm -rf -- "$tmp"' EXIT
bad=0

mkdir -p "$tmp/test/lib" "$tmp/e2e"
cp "$top/CMakePresets.json" "$tmp/"
cp "$top/test/run" "$tmp/test/"
cp "$top/test/lib/common.sh" "$tmp/test/lib/"
cp -r "$top/test/mutants" "$tmp/test/"
# shellcheck disable=SC2016 # $@ is the stub's
printf '#!/bin/sh\nexec "$@"\n' >"$tmp/test/shell"
printf '#!/bin/sh\necho "3 passed, 1 failed"\nexit 1\n' >"$tmp/e2e/run"
mkdir "$tmp/test/lint"
printf '#!/bin/sh\necho "asked for $*"\nexit 1\n' >"$tmp/test/lint/run"
printf '#!/bin/sh\necho "2 passed, 0 failed"\n' >"$tmp/e2e/hostile"
printf '#!/bin/sh\n' >"$tmp/e2e/cluster"
chmod +x "$tmp/test/shell" "$tmp/e2e/run" "$tmp/e2e/hostile" "$tmp/e2e/cluster" "$tmp/test/lint/run"
cat >"$tmp/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(scratch NONE)
enable_testing()
function(scratch level name)
        add_test(NAME ${level}.${name} COMMAND sh -c "${ARGN}")
        set_tests_properties(${level}.${name} PROPERTIES LABELS ${level} SKIP_RETURN_CODE 77)
endfunction()
scratch(lint good "exit 0")
scratch(unit good "exit 0")
scratch(unit bad "exit 1")
scratch(unit skipped "exit 77")
if(CMAKE_BUILD_TYPE STREQUAL Release)
        message(FATAL_ERROR "error: this preset does not configure")
endif()
END

# expect STATUS LAST TEXT ARGUMENTS…: test/run ARGUMENTS ends with STATUS and a line like LAST, and its
# output holds TEXT.
expect() {
	local status=$1 last=$2 text=$3 rc=0 got
	shift 3
	"$tmp/test/run" "$@" >"$tmp/out" 2>&1 || rc=$?
	got=$(tail -n 1 "$tmp/out")
	# shellcheck disable=SC2053 # LAST is a pattern
	if [ "$rc" = "$status" ] && [[ $got = $last ]] && grep -qF -- "$text" "$tmp/out"; then
		echo "ok: test/run $*: status $rc, '$got'"
	else
		echo "WRONG: test/run $*: status $rc, '$got'; expected $status, '$last' and '$text' in:"
		sed 's/^/    /' "$tmp/out"
		bad=1
	fi
}

expect 0 '1 passed, 0 failed' '100% tests passed, 0 tests failed out of 1' lint
expect 1 '1 passed, 1 failed' 'unit (dev): unit.bad (Failed)' unit --preset dev
expect 1 '2 passed, 2 failed' 'unit (asan): unit.bad (Failed)' unit
expect 1 '2 passed, 1 failed' 'lint (dev)               1 passed' unit lint --preset dev
expect 0 '1 passed, 0 failed' '100% tests passed' unit --preset dev --filter good
expect 1 '0 passed, 1 failed' 'no test ran' unit --preset dev --filter nothing
expect 1 '0 passed, 1 failed' 'no tests were found' fuzz
expect 1 '1 passed, 2 failed' 'sim (release): the build failed' sim lint
expect 1 '0 passed, 1 failed' 'sim (mutants): the build failed' sim --mutants
expect 2 '*goes with level sim alone*' 'see test/run --help' lint --mutants
expect 1 'asked for --changed' 'asked for' lint --changed
expect 2 '*goes with level lint alone*' 'see test/run --help' --changed
expect 2 '*goes with level lint alone*' 'see test/run --help' lint unit --changed
expect 2 '*goes with level lint alone*' 'see test/run --help' lint --changed --filter format
expect 1 '5 passed, 1 failed' 'e2e: 1 of 4' e2e
expect 2 '*unknown level*' 'see test/run --help' nothing
expect 2 '*unknown option*' 'see test/run --help' --nothing
expect 2 '*unknown preset*' 'see test/run --help' --preset nothing
exit $bad
