# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Muster on a test cluster: loads its image, installs its chart. Sourced after common.sh.
: "${muster_top:?}" "${e2e_dir:?}" "${busybox_image:?}"

muster_namespace=muster-system
muster_release=muster
export muster_namespace muster_release

# use_cluster NAME: defines kubectl and helm as functions that use that cluster.
use_cluster() {
	KUBECONFIG=$(cluster_kubeconfig "$1")
	kubectl_path=$(tool kubectl)
	helm_path=$(tool helm)
	export KUBECONFIG kubectl_path helm_path
}
kubectl() { "$kubectl_path" "$@"; }
helm() { "$helm_path" "$@"; }
export -f kubectl helm

# chart_values: prints the values for test clusters: the image built here, which is never pulled.
chart_values() {
	local image
	image=$("$e2e_dir/lib/images" --name)
	printf -- '--set\nimage.repository=%s\n--set\nimage.tag=%s\n' "${image%:*}" "${image##*:}"
	printf -- '--set\n%s\n' image.pullPolicy=IfNotPresent "jobDefaults.image=$busybox_image"
}

# muster_install [HELM-ARGUMENTS…]: installs or upgrades, and waits until everything is ready.
muster_install() {
	local values
	mapfile -t values < <(chart_values)
	helm upgrade --install "$muster_release" "$muster_top/charts/muster" -n "$muster_namespace" \
		--create-namespace --wait --timeout 180s "${values[@]}" "$@"
}

muster_uninstall() {
	helm uninstall "$muster_release" -n "$muster_namespace" --wait --timeout 120s
}

muster_installed() { helm status "$muster_release" -n "$muster_namespace" >/dev/null 2>&1; }

# muster_logs DIR: saves logs and objects of Muster and the cluster, to look into a failure.
muster_logs() {
	local dir=$1 pod
	mkdir -p "$dir"
	kubectl get nodes,pods -A -o wide >"$dir/cluster.txt" 2>&1
	kubectl get computenodes,computejobs -A -o wide >"$dir/muster.txt" 2>&1
	kubectl get computenodes,computejobs -A -o yaml >"$dir/muster.yaml" 2>&1
	kubectl get events -A --sort-by=.metadata.creationTimestamp >"$dir/events.txt" 2>&1
	kubectl -n "$muster_namespace" describe pods >"$dir/describe-muster.txt" 2>&1
	kubectl -n "$muster_namespace" get lease -o yaml >"$dir/lease.yaml" 2>&1
	for pod in $(kubectl -n "$muster_namespace" get pods -o name 2>/dev/null); do
		kubectl -n "$muster_namespace" logs --timestamps --tail=4000 "$pod" \
			>"$dir/${pod#pod/}.log" 2>&1
		kubectl -n "$muster_namespace" logs --timestamps --previous --tail=4000 "$pod" \
			>"$dir/${pod#pod/}.previous.log" 2>/dev/null || rm -f "$dir/${pod#pod/}.previous.log"
	done
	return 0
}
