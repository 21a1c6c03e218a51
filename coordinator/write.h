/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: writes of statuses. */
#pragma once

#include "coordinator/shell.h"

/* The queue that writes the statuses that act.c marks. */
struct writeq *write_queue(struct coordinator *c);
void write_done(struct coordinator *c); /* frees what the last write was made of */
