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
