/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: what objects and agents tell becomes the core's events. */
#pragma once

#include "coordinator/shell.h"

struct reflector *observe_new(struct coordinator *c, enum api_kind kind); /* JOB, NODE or CNODE */
struct server_sessions *observe_sessions(struct coordinator *c);
/* Lists Muster's pods, once; ops_end.c takes what comes. */
void observe_pods(struct coordinator *c);
/* A reflector or the list of pods is complete: if all are, the core is told, and agents come in. */
void observe_synced(void *self);
