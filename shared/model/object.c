/* SPDX-License-Identifier: Apache-2.0 */
#include "model/object.h"

#include <string.h>

bool rv_older(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	if (strspn(a, "0123456789") != n || strspn(b, "0123456789") != m)
		return false;
	return n != m ? n < m : strcmp(a, b) < 0;
}

int64_t delete_asked_ms(int64_t deleted_ms, int64_t grace_s)
{
	enum { PERIOD_LEAST_S = 2 };
	if (grace_s < PERIOD_LEAST_S || grace_s > deleted_ms / 1000)
		return 0;
	return deleted_ms - grace_s * 1000;
}
