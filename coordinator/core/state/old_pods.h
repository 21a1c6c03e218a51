/* SPDX-License-Identifier: Apache-2.0 */
/* Pods from before orders were proven (an upgrade), or of lost keys, are members if they agree with
 * the status that the job had when this leader came: its namespace, name and UID, an index that is
 * wanted, an attempt that was given, and a node that had a member. status.activeNodes names only
 * the nodes of members that run. Where the other indexes are that are not completed, the status
 * does not say: they are about to run or lost, or have changed since it was written. As many
 * indexes as these may be on nodes that it does not name, live or succeeded, with an attempt of at
 * most one more than status.attempts. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Keeps what the status said; once, when a job is first seen and not all objects are known yet. */
void old_pods_keep(struct job_record *j, const struct job_status *st, const struct job_spec *spec);
void old_pods_forget(struct job_record *j);
/* One more pod has turned out to be a member. */
void old_pods_adopted(struct job_record *j, const char *node, uint32_t index);
/* False after old_pods_forget, too. */
bool old_pods_agree(const struct job_record *j, const char *node, const struct member *m);
