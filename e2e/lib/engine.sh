# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The Docker engine: the one that runs, else one that these scripts start ("ours"). Sourced after common.sh.
#
# Our engine has its data in the cache, and its socket and run-time state in a folder of /run, so it
# disturbs no other engine. The scripts never stop another engine. Our engine may have died together with
# the login that started it, so the next start trusts nothing that it has left behind.

: "${muster_cache:?}" "${e2e_dir:?}" "${e2e_state:?}"
engine_dir=$muster_cache/docker
engine_run=/run/muster-docker-$(id -u)
engine_socket=$engine_run.sock
engine_lock_open=''

engine_answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

engine_pid() { # prints the process id of our own engine if it lives
	local pid
	pid=$(cat "$engine_dir/pid" 2>/dev/null) || return 1
	[ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] &&
		tr '\0' ' ' <"/proc/$pid/cmdline" | grep -F -- "$engine_dir/data" >/dev/null && echo "$pid"
}

# engine_use: sets DOCKER_HOST to our engine if it runs. False if no engine answers.
engine_use() {
	! engine_pid >/dev/null || export DOCKER_HOST=unix://$engine_socket
	type -P docker >/dev/null && engine_answers
}

engine_install() {
	type -P dockerd >/dev/null || [ -x /usr/sbin/dockerd ] || apt_install docker.io || return
	type -P docker >/dev/null || apt_install docker-cli || return
	type -P iptables >/dev/null || [ -x /usr/sbin/iptables ] || apt_install iptables || return
	type -P jq >/dev/null || apt_install jq
}

# Without CAP_SYS_RESOURCE, as in some sandboxes, no privileged container starts, because runc can
# neither grant this capability nor raise limits. A wrapper removes these requests.
engine_runtime_options() {
	local caps
	caps=$(awk '$1 == "CapBnd:" { print $2 }' /proc/self/status)
	if (((0x$caps >> 24 & 1) == 0)); then
		as_root install -D -m 755 "$e2e_dir/lib/runc-caps" "$engine_dir/runc-caps"
		printf '%s\n' --add-runtime "caps=$engine_dir/runc-caps" --default-runtime caps
	fi
}

# engine_leftovers: prints the processes of our engine that outlived it: its containerd, the shims of its
# containers, and the first process of each container; when that ends, the whole container ends.
engine_leftovers() {
	local pids
	pids=$(pgrep -f -- "$engine_run/containerd/containerd" || :)
	[ -z "$pids" ] || pgrep -P "$(paste -sd, <<<"$pids")" || :
	[ -z "$pids" ] || printf '%s\n' "$pids"
}

# engine_clear: ends processes and removes state that an earlier engine left behind, except its data.
engine_clear() {
	local mount pids
	mapfile -t pids < <(engine_leftovers | sort -un)
	if [ ${#pids[@]} -gt 0 ]; then
		say "ending ${#pids[@]} processes that an earlier engine left"
		as_root kill -9 "${pids[@]}" 2>/dev/null || :
		sleep 0.5
	fi
	awk -v run="$engine_run/" -v data="$engine_dir/data/" \
		'index($5, run) == 1 || index($5, data) == 1 { print $5 }' /proc/self/mountinfo |
		sort -r | while IFS= read -r mount; do as_root umount -l "$mount" || :; done
	as_root rm -rf --one-file-system "$engine_run" "$engine_socket" "$engine_dir/pid"
}

engine_start() {
	local options=() i pid
	engine_clear
	mkdir -p "$engine_dir"
	mapfile -t options < <(engine_runtime_options)
	say "no Docker engine runs, so one is started (log: $engine_dir/log)"
	# A session of its own, so that Ctrl-C here does not reach the engine. It inherits none of our locks.
	as_root env PATH="$PATH:/usr/sbin:/sbin" setsid dockerd --host "unix://$engine_socket" \
		--data-root "$engine_dir/data" --exec-root "$engine_run" --pidfile "$engine_dir/pid" \
		--log-level warn "${options[@]}" </dev/null >"$engine_dir/log" 2>&1 6>&- 7>&- 8>&- 9>&- &
	pid=$!
	export DOCKER_HOST=unix://$engine_socket
	for ((i = 0; i < 120; i++)); do
		if [ -S "$engine_socket" ]; then
			[ "$(id -u)" = 0 ] || as_root chown "$(id -u)" "$engine_socket"
			! engine_answers || return 0
		fi
		((i < 5)) || kill -0 "$pid" 2>/dev/null || break
		sleep 0.5
	done
	tail -n 15 "$engine_dir/log" | sed 's/^/    /' >&2
	die "the Docker engine did not start; the whole log: $engine_dir/log"
}

# The lock of the engine, descriptor 7. A script that needs an engine and may have no container yet holds
# it shared; a script that starts or stops our engine holds it alone.
engine_lock() { # OPTIONS of flock
	if [ -z "$engine_lock_open" ]; then
		mkdir -p "$e2e_state"
		exec 7>"$e2e_state/lock-engine"
		engine_lock_open=yes
	fi
	flock "$@" 7
}

# engine_up: provides an engine that runs at least until this process ends or calls engine_down.
engine_up() {
	while :; do
		engine_lock -s
		! engine_use || return 0
		engine_lock -u
		# Nobody can start or stop the engine now. A process that waited here finds it running.
		engine_lock -x
		engine_use || engine_make
		engine_lock -u # a lock that turns into a shared one is let go in between
	done
}

engine_make() {
	local answer
	if type -P docker >/dev/null; then
		answer=$(docker version 2>&1 >/dev/null || :)
		case $answer in
		*'permission denied'*)
			die "a Docker engine runs, but you may not use it: run this as root, or add yourself" \
				"to the group docker (usermod -aG docker $(id -un)) and log in again" ;;
		esac
	fi
	engine_install || die "there is no Docker here: install it (https://docs.docker.com/engine/install/)"
	! engine_use || return 0 # installing the package may have started one
	engine_start
}

# engine_down: stops our engine if it has no container and nobody is about to make one.
engine_down() {
	engine_lock -u
	if engine_lock -n -x; then
		engine_stop
		engine_lock -u
	fi
}

engine_stop() {
	local pid i
	pid=$(engine_pid) || return 0
	[ -z "$(docker ps -aq)" ] || return 0
	as_root kill "$pid"
	for ((i = 0; i < 100; i++)); do
		[ -d "/proc/$pid" ] || break
		sleep 0.2
	done
	engine_clear
	say 'stopped the Docker engine that these scripts started; its images stay in the cache'
}
