# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2016 # names of common.sh; apt's own $()
# The Debian 13 build root: its path, and how to make it. Sourced after common.sh.
#
# The root is a folder in the cache, named after a hash of its content. It is made in a temporary
# folder and renamed when it is complete, so a folder of that name is complete. root-enter enters it.

root_suite=trixie
root_recipe=1 # raise it when the way of making the root changes
root_default_mirror=http://deb.debian.org/debian

root_packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$muster_top/test/lib/packages.txt"; }

root_path() {
	local hash
	hash=$({ printf '%s\n' "$root_suite $root_recipe $(uname -m)"; root_packages; } |
		sha256sum | cut -c 1-12)
	printf '%s\n' "$muster_cache/root-$root_suite-$hash"
}

# root_apt_uri LABEL: prints the URI that the host's apt has for Debian's archive of that label
# (Debian, Debian-Security), if debootstrap can use that URI too.
root_apt_uri() {
	command -v apt-get >/dev/null || return 0
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' \
		2>/dev/null | sed -n "s,^Debian|$1|\(https\?://.*[^/]\)/\?$,\1,p" | head -n 1
}

# root_proxy: prints the http proxy: that of the environment, else that of apt, else nothing.
root_proxy() {
	local p=''
	if [ -n "${http_proxy:-}" ]; then
		p=$http_proxy
	elif command -v apt-config >/dev/null; then
		eval "$(apt-config shell p Acquire::http::Proxy)"
	fi
	printf '%s' "$p"
}

# root_tools: installs the packages that the host needs to make and enter the root.
root_tools() {
	local missing=() t
	for t in debootstrap unshare flock; do
		command -v $t >/dev/null || [ -x /usr/sbin/$t ] || missing+=("$t")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if command -v apt-get >/dev/null; then
		apt_install debootstrap debian-archive-keyring util-linux wget ca-certificates
	else
		die "please install: ${missing[*]} (they are needed to make the build root)"
	fi
}

# root_make: makes the root if it is missing, one process at a time. Prints its path.
root_make() {
	local root mirror security lock
	root=$(root_path)
	if [ ! -d "$root" ]; then
		need_root 'making the build root'
		root_tools || return
		mkdir -p -- "$muster_cache" || return
		exec {lock}>"$muster_cache/root.lock"
		flock -n "$lock" || { say 'waiting: another process makes the build root'; flock "$lock"; }
		if [ ! -d "$root" ]; then
			[ -z "$(root_apt_uri Debian)" ] && command -v apt-get >/dev/null && apt_update
			mirror=${MUSTER_DEBIAN_MIRROR:-$(root_apt_uri Debian)}
			mirror=${mirror:-$root_default_mirror}
			security=$(root_apt_uri Debian-Security)
			[ "$mirror" = "$root_default_mirror" ] && : "${security:=$mirror-security}"
			: >"$root.log"
			say "making the Debian 13 build root, once: about 2 minutes and 2 GB, from $mirror"
			with_log "build root $root" "$root.log" as_root env "http_proxy=$(root_proxy)" \
				PATH="$PATH:/usr/sbin:/sbin" unshare -m bash "$muster_top/test/lib/root-make" \
				"$root" "$root_suite" "$mirror" "$security" "$(root_packages | tr '\n' ' ')" ||
				return
		fi
		exec {lock}>&-
	fi
	printf '%s\n' "$root"
}
