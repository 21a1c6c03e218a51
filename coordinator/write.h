/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: writes of statuses. */
#pragma once

#include "coordinator/shell.h"

/* Makes the queue that writes the statuses marked by act.c. */
struct writeq *write_queue(struct coordinator *c);
void write_done(struct coordinator *c); /* frees the last rendered status */
