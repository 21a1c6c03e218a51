/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: objects and agents become events for the core. */
#pragma once

#include "coordinator/shell.h"

struct reflector *observe_new(struct coordinator *c, enum api_kind kind); /* JOB, NODE or CNODE */
struct server_sessions *observe_sessions(struct coordinator *c);
/* Lists all pods of Muster once; ops_end.c receives them. */
void observe_pods(struct coordinator *c);
/* Call it when a reflector or the list of pods is complete. If all are, it tells the core and
 * accepts agents. */
void observe_synced(void *self);
