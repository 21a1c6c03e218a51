/* SPDX-License-Identifier: Apache-2.0 */
#include "os/random.h"

#include <sys/random.h>

#include "base/must.h"

uint64_t random_seed(void)
{
	uint64_t v;
	/* Blocks only before the kernel's pool is filled, early at boot. */
	must(getrandom(&v, sizeof v, 0) == (ssize_t)sizeof v);
	return v;
}

void random_name(char *ret, size_t n)
{
	static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++) {
		if (i % 8 == 0)
			v = random_seed();
		ret[i] = alphabet[v % (sizeof alphabet - 1)];
		v /= sizeof alphabet - 1;
	}
	ret[n] = 0;
}
