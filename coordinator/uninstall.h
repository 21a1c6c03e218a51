/* SPDX-License-Identifier: Apache-2.0 */
/* `muster-coordinator uninstall`: what Helm runs after it has deleted the release (a post-delete
 * hook), and what an operator may run by hand. If the Lease is still there it is taken, so that no
 * coordinator leads any more and none makes ComputeNodes again, and the last leader is given time
 * to see that; then the ComputeNodes that Muster made are deleted (UID precondition), and the Lease
 * last. Jobs, their pods, CRDs and users' own ComputeNodes stay. One thread; driven by completions
 * and uninstall_tick. */
#pragma once

#include "base/log.h"
#include "sync/api.h"

struct uninstall;

struct uninstall_config {
	const char *namespace, *lease, *identity; /* borrowed for its whole life */
	int64_t settle_ms;  /* how long the last leader may take to see that it is none */
	int64_t give_up_ms; /* after start: fail with what is missing */
};

struct uninstall *uninstall_new(const struct uninstall_config *cfg, const struct api *api,
				const struct log *log);
struct uninstall *uninstall_free(struct uninstall *u);
void uninstall_tick(struct uninstall *u, int64_t now_ms, int64_t wall_ms);
int64_t uninstall_deadline(const struct uninstall *u);
/* True at the end; *ret_ok tells whether all went well. */
bool uninstall_ended(const struct uninstall *u, bool *ret_ok);
