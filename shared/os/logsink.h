/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines to standard error, one write(2) a line, with the wall time in milliseconds. */
#pragma once

#include "base/log.h"

struct logsink {
	struct log log; /* what everybody gets */
	bool json;
	struct buf line;
};

void logsink_init(struct logsink *s, enum log_level min, bool json);
