/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: decisions of a coordinator, as its log tells them when it takes them,
 * against what it knew then. */
#pragma once

#include "test/sim/checks/record.h"

/* A line that a process logs; those of agents are passed over. */
void decide_line(struct checks *c, const struct proc *p, const char *msg, const struct log_kv *kv,
		 size_t n);
/* What was stopped is not ordered any more by a reply to an agent. */
void decide_reply(struct checks *c, const struct proc *from, const struct msg *msg);
