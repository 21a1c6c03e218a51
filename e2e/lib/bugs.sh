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
		[ -e "$muster_top/$file" ] || continue # deleted, and not committed yet
		mkdir -p "$tree/$(dirname -- "$file")"
		cp -P "$muster_top/$file" "$tree/$file"
	done < <(git -C "$muster_top" ls-files -z)
	[ -e "$tree/build/release/build.ninja" ] || (cd "$tree" && test/shell cmake --preset release -DMUSTER_WERROR=OFF) >>"$log" 2>&1
}

bug_build() { (cd "$tree" && test/shell cmake --build --preset release -j2 --target muster-agent muster-coordinator) >>"$log" 2>&1; }

# bug_seed NAME[+NAME…]: puts the bugs into the tree, each on top of those before.
bug_seed() {
	local name file
	for name in ${1//+/ }; do
		file=$(patch_file "$name")
		patch -s -p1 -d "$tree" <"$file" >>"$log" || { bug_unseed; say "$1: $name does not apply"; return 1; }
	done
}
bug_unseed() { copy_tree; }

# bug_try NAME[+NAME…]: whether the patches apply and build.
bug_try() {
	local rc=0
	bug_seed "$1" || return 1
	bug_build || { say "$1 does not build (see $log)"; rc=1; }
	bug_unseed
	return $rc
}

# bug_tag NAME[+NAME…]: the tag of the image with these bugs.
bug_tag() {
	local tag=bug-${1//_/-}
	[ "${tag/+/}" = "$tag" ] || tag=bugs-$(cksum <<<"$1" | cut -d' ' -f1)
	echo "$tag"
}

# make_image NAME[+NAME…]: Muster with the bugs, on top of the image without them.
make_image() {
	local rc=0 tag
	tag=$(bug_tag "$1")
	bug_seed "$1" || return 1
	bug_build || rc=1
	rm -rf "$work/image"
	mkdir -p "$work/image"
	cp "$tree"/build/release/bin/muster-{agent,coordinator} "$work/image/"
	rm -rf "$work/chart-$tag"
	cp -r "$tree/charts/muster" "$work/chart-$tag"
	bug_unseed
	[ $rc = 0 ] || { say "$1 does not build (see $log)"; return 1; }
	strip -s "$work/image"/* 2>/dev/null || :
	printf 'FROM muster:e2e\nCOPY muster-agent muster-coordinator /usr/bin/\n' >"$work/image/Dockerfile"
	image_build -q -t "muster:$tag" "$work/image" >>"$log" 2>&1
}

# install_bug NAME[+NAME…]
install_bug() {
	local values tag
	tag=$(bug_tag "$1")
	image_load "$cluster" "muster:$tag"
	mapfile -t values < <(chart_values)
	helm upgrade --install "$muster_release" "$work/chart-$tag" -n "$muster_namespace" --create-namespace --wait \
		--timeout 180s "${values[@]}" --set "image.tag=$tag" >>"$log" 2>&1
}

# bugs_begin: the tree in which bugs are seeded, built once without one.
bugs_begin() {
	"$e2e_dir/lib/images" "$cluster" >/dev/null
	copy_tree
	bug_build || die "the tree does not build (see $log)"
}
