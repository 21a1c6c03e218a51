/* SPDX-License-Identifier: Apache-2.0 */
/* write(2) and abort(3) only: the process may be in any state here. */
#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void must_fail(const char *cond, const char *file, int line)
{
	char msg[512];
	int n = snprintf(msg, sizeof msg, "bug: %s:%d: must(%s)\n", file, line, cond);
	size_t len = n < 0 ? 0 : strnlen(msg, sizeof msg);
	ssize_t ignored = write(STDERR_FILENO, msg, len);
	(void)ignored;
	abort();
}
