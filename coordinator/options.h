/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's command line. */
#pragma once

#include "base/log.h"
#include "os/options.h"

struct options {
	bool uninstall;
	const char *kubeconfig, *namespace, *identity, *address, *pod_ip, *pod_uid, *listen, *serve,
		*service;
	const char *lease, *tls_secret, *ca_secret, *order_secret, *agent_policy, *ca_configmap,
		*agent_account, *default_image;
	int64_t lease_ms, renew_ms, retry_ms, heartbeat_ms, grace_ms, not_ready_ms;
	int64_t pass_limit_ms, max_hold_ms, namespace_holds;
	bool agent_launch;
	int spread, log_level, log_json; /* spread: 0, pack: 1 */
};

/* Parses and checks. Prints for --help, --version and mistakes; then *ret_exit is the exit status
 * and the result is false. */
bool options_read(int argc, char **argv, struct options *ret, int *ret_exit);
