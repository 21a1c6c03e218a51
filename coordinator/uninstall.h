/* SPDX-License-Identifier: Apache-2.0 */
/* `muster-coordinator uninstall`: what Helm runs before it deletes the release. It takes the Lease,
 * so that no coordinator leads any more and none makes ComputeNodes again, waits until the last
 * leader must have seen that, and deletes the ComputeNodes that Muster made (UID precondition).
 * Jobs, their pods, CRDs and users' own ComputeNodes stay. The Lease itself goes with the release.
 * One thread; driven by the API's completions and uninstall_tick. */
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
