/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines to standard error with the wall time in milliseconds, in writes of up to 4,096 bytes. A
 * pipe that is full stops nobody: the lines are lost, and the next that is taken says how many. */
#pragma once

#include "base/log.h"

struct logsink {
	struct log log; /* what everybody gets */
	bool json;
	struct buf line;
	uint64_t lost; /* lines that nobody took, since the last that said so */
};

void logsink_init(struct logsink *s, enum log_level min, bool json);
