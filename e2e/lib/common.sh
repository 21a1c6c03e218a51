# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Shared by the end-to-end scripts: paths, tools, images, locks. Sourced, never run.

# shellcheck source=test/lib/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../test/lib/common.sh"
muster_cache=${MUSTER_CACHE:-$muster_cache}
e2e_dir=$muster_top/e2e
e2e_state=$muster_cache/e2e
busybox_image=docker.io/library/busybox:1.35
export muster_cache e2e_dir e2e_state busybox_image

# tool NAME: prints the path of a program: the one that test/tools/get has built already, else the
# installed one, else one that is built now.
tool() {
	local path
	path=$("$muster_top/test/tools/get" --where "$1")
	[ -x "$path" ] || path=$(type -P "$1") || path=$("$muster_top/test/tools/get" "$1")
	printf '%s\n' "$path"
}

# pinned_tool NAME: the same, but never the installed one.
pinned_tool() { "$muster_top/test/tools/get" "$1"; }

# usage_error WORDS: refuses a wrong command line with one line and status 2.
usage_error() {
	say "$1 (see --help)"
	exit 2
}

# option_value OPTION COUNT: checks that a value follows OPTION; COUNT is the number of arguments left.
option_value() { [ "$2" -ge 2 ] || usage_error "$1 needs a value"; }

cluster_state() { printf '%s\n' "$e2e_state/$1"; }         # NAME
cluster_kubeconfig() { printf '%s\n' "$e2e_state/$1/kubeconfig"; } # NAME

# use_alone CLUSTER: only one of e2e/demo, e2e/run, e2e/hostile and e2e/figures works on a cluster, until it ends. So
# none of them finds or removes objects of another one. Uses descriptor 6.
use_alone() {
	mkdir -p "$e2e_state"
	exec 6>"$e2e_state/lock-use-$1"
	flock -n 6 || die "another e2e/demo, e2e/run, e2e/hostile or e2e/figures uses the cluster $1: wait until it has ended"
}

# cluster_nodes NAME: prints the names of the node containers, the control plane first.
cluster_nodes() {
	docker ps -a --filter "label=io.x-k8s.kind.cluster=$1" --format '{{.Names}}' | sort
}

# image_build DOCKER-BUILD-ARGUMENTS…: uses the classic builder if BuildKit is not installed.
image_build() {
	if docker buildx version >/dev/null 2>&1; then
		docker build "$@"
	else
		DOCKER_BUILDKIT=0 docker build --force-rm "$@" # a container that is left would keep our engine
	fi
}

# image_load CLUSTER IMAGE: loads an image of the engine into every node. Not with `kind load`, because
# its import of all platforms fails with the image stores of some engines.
image_load() {
	local node dir pids=() pid rc=0
	dir=$(mktemp -d "$(cluster_state "$1")/image-XXXXXX")
	docker save -o "$dir/tar" "$2" || { rm -rf "$dir"; return 1; }
	for node in $(cluster_nodes "$1"); do
		docker exec -i "$node" ctr -n k8s.io images import --all-platforms=false - <"$dir/tar" \
			>"$dir/$node.log" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || rc=1
	done
	[ $rc = 0 ] || tail -n 5 "$dir"/*.log >&2
	rm -rf "$dir"
	return $rc
}
