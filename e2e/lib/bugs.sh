# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Muster with a seeded bug: an image with it, and its installation. Sourced after install.sh.
# shellcheck disable=SC2154 # cluster, work and log are set by the script that sources this
: "${muster_top:?}" "${e2e_dir:?}" "${muster_namespace:?}" "${muster_release:?}"

patch_file() { # NAME
	local file
	for file in "$e2e_dir/seeded/$1.patch" "$muster_top/test/mutants/$1.patch"; do
		[ ! -e "$file" ] || { echo "$file"; return; }
	done
	die "there is no patch $1"
}

# copy_tree: a copy of the checkout, so that a bug is never in the checkout itself. Files that are there and the same
# keep their times, so that builds are short.
copy_tree() {
	local file
	while IFS= read -r -d '' file; do
		cmp -s "$muster_top/$file" "$tree/$file" && continue
		mkdir -p "$tree/$(dirname -- "$file")"
		cp -P "$muster_top/$file" "$tree/$file"
	done < <(git -C "$muster_top" ls-files -z)
	(cd "$tree" && test/shell cmake --preset release -DMUSTER_WERROR=OFF) >>"$log" 2>&1
}

bug_build() { (cd "$tree" && test/shell cmake --build --preset release -j2 --target muster-agent muster-coordinator) >>"$log" 2>&1; }

# bug_try NAME: whether the patch applies and builds.
bug_try() {
	local file rc=0
	file=$(patch_file "$1")
	patch --dry-run -s -p1 -d "$tree" <"$file" >>"$log" 2>&1 || { say "$1 does not apply"; return 1; }
	patch -s -p1 -d "$tree" <"$file"
	bug_build || { say "$1 does not build (see $log)"; rc=1; }
	patch -s -R -p1 -d "$tree" <"$file"
	return $rc
}

# make_image NAME: Muster with the bug, on top of the image without it.
make_image() {
	local file rc=0
	file=$(patch_file "$1")
	patch -s -p1 -d "$tree" <"$file" || die "$1 does not apply"
	bug_build || rc=1
	rm -rf "$work/image"
	mkdir -p "$work/image"
	cp "$tree"/build/release/bin/muster-{agent,coordinator} "$work/image/"
	rm -rf "$work/chart-$1"
	cp -r "$tree/charts/muster" "$work/chart-$1"
	patch -s -R -p1 -d "$tree" <"$file"
	[ $rc = 0 ] || die "$1 does not build (see $log)"
	strip -s "$work/image"/* 2>/dev/null || :
	printf 'FROM muster:e2e\nCOPY muster-agent muster-coordinator /usr/bin/\n' >"$work/image/Dockerfile"
	image_build -q -t "muster:bug-${1//_/-}" "$work/image" >>"$log" 2>&1
}

# install_bug NAME
install_bug() {
	local values
	image_load "$cluster" "muster:bug-${1//_/-}"
	mapfile -t values < <(chart_values)
	helm upgrade --install "$muster_release" "$work/chart-$1" -n "$muster_namespace" --create-namespace --wait \
		--timeout 180s "${values[@]}" --set "image.tag=bug-${1//_/-}" >>"$log" 2>&1
}

# bugs_begin: the tree in which bugs are seeded, built once without one.
bugs_begin() {
	"$e2e_dir/lib/images" "$cluster" >/dev/null
	copy_tree
	bug_build || die "the tree does not build (see $log)"
}
