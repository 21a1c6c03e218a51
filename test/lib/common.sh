# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The beginning of every script: paths, messages, root rights, packages. Sourced, never run.
# Needs bash 4.4.

muster_top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
muster_cache=${MUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muster}
muster_verbose_after=5 # seconds of silence before a long step shows its last line
export muster_top muster_cache

say() { printf '%s\n' "${muster_name:-muster}: $*" >&2; }

die() {
	say "$*"
	exit 1
}

# need_root WHAT: ends the script with a message if it cannot become root for WHAT. Sudo asks for a
# password here, before the output of the command goes to a log.
need_root() {
	[ "$(id -u)" != 0 ] || return 0
	command -v sudo >/dev/null ||
		die "$1 needs root, and there is no sudo: run this as root, or install sudo"
	sudo -n true 2>/dev/null || sudo -v ||
		die "$1 needs root, and sudo refuses: run this as root, or as one who may use sudo"
}

# as_root CMD…: runs CMD as root, through sudo if needed.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# show_failure LOG: prints the first errors in a log, or the end of the log if there are none.
show_failure() {
	local errors
	errors=$(grep -E -A 2 '\b[Ee]rror\b|\bERROR\b|FAILED|^E: |undefined reference|not found' -- "$1" | head -n 20)
	{ if [ -n "$errors" ]; then printf '%s\n' "$errors"; else tail -n 15 -- "$1"; fi; } |
		sed 's/^/    /' >&2
}

# with_log TITLE LOG CMD…: runs CMD with its output in LOG. Prints the title, the last line of the log
# from time to time, and the time that CMD took. After a failure it prints errors from the log.
with_log() {
	local title=$1 log=$2 began=$SECONDS ticker rc=0
	shift 2
	say "$title"
	( # the sleep must not keep the caller's pipes open
		last=''
		while sleep "$muster_verbose_after" 2>/dev/null && kill -0 $$ 2>/dev/null; do
			line=$(tail -n 1 -- "$log" 2>/dev/null | tr -d '\r' | cut -c 1-90)
			[ "$line" = "$last" ] || printf '    %3ds  %s\n' $((SECONDS - began)) "$line" >&2
			last=$line
		done
	) >/dev/null &
	ticker=$!
	"$@" >>"$log" 2>&1 </dev/null || rc=$?
	kill "$ticker" 2>/dev/null || :
	wait "$ticker" 2>/dev/null || :
	if [ $rc -ne 0 ]; then
		show_failure "$log"
		say "failed ($rc): $title; the whole log is $log"
		return $rc
	fi
	say "done in $((SECONDS - began)) s: $title"
}

# apt_missing PACKAGE…: prints the packages that are not installed, one a line.
apt_missing() {
	local have
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' -- "$@" 2>/dev/null |
		sed -n 's/^installed //p') || true
	printf '%s\n' "$@" | grep -vxF -- "$have" || true
}

# apt_update: fetches the package lists, once per process.
apt_update() {
	[ -z "${muster_apt_updated:-}" ] || return 0
	need_root 'fetching the lists of packages'
	mkdir -p -- "$muster_cache"
	with_log 'fetching the lists of packages' "$muster_cache/apt.log" \
		as_root apt-get -q -o DPkg::Lock::Timeout=300 update || return
	muster_apt_updated=1
}

# apt_install PACKAGE…: installs missing packages, or names them and ends if there is no apt.
apt_install() {
	local missing
	mapfile -t missing < <(apt_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null ||
		die "please install: ${missing[*]} (there is no apt-get here that could do it)"
	need_root "installing ${missing[*]}"
	apt_update || return
	with_log "installing ${missing[*]}" "$muster_cache/apt.log" \
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends "${missing[@]}"
}
