/* SPDX-License-Identifier: Apache-2.0 */
/* Pods from before orders were proven (an upgrade), or of lost keys, are members if they agree with
 * the status that the job had when this leader came: its namespace, name and UID, an index that is
 * wanted, an attempt that was given, and a node that had a member. status.activeNodes names the
 * nodes of those that run, status.active counts those that are about to as well: so many live pods
 * may be on nodes that are not named. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Keeps what the status said; once, when a job is first seen and not all objects are known yet. */
void old_pods_keep(struct job_record *j, const struct job_status *st);
void old_pods_forget(struct job_record *j);
void old_pods_adopted(struct job_record *j, const char *node); /* one more is a member */
/* False after old_pods_forget, too. */
bool old_pods_agree(const struct job_record *j, const char *node, const struct member *m);
