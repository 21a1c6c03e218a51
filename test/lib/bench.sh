# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# For the programs of test/bench, after common.sh.

# bench_run TOOLS TARGETS [ARG…]: runs the bench of this name ($muster_name.py) in the build environment. TOOLS: of test/tools/get;
# TARGETS: of preset release, which are built first; both are words in one argument, and TARGETS may be empty. --help needs neither.
bench_run() {
	local tools=$1 targets=$2
	shift 2
	case ${1:-} in
	-h | --help)
		exec python3 -B "$muster_top/$muster_name.py" --help ;;
	esac
	# shellcheck disable=SC2086
	MUSTER_TOOLS_DIR=$(test/tools/get --dir $tools)
	export MUSTER_TOOLS_DIR
	if [ -n "$targets" ]; then
		test/shell cmake --preset release >/dev/null
		# shellcheck disable=SC2086
		test/shell cmake --build --preset release --target $targets >/dev/null
	fi
	exec test/shell python3 -B "$muster_name.py" "$@"
}
