/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a peer at the agents' port, in pieces of any size: the frames are those of the whole,
 * and none is longer than may be. */
#include <stdint.h>

#include "base/mem.h"
#include "link/front_framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { FRAMES_MAX = 1024, FRAME_MAX = 4096 };

struct found {
	uint64_t v[FRAMES_MAX];
	uint32_t n;
};

static void on_frame(void *self, uint64_t frame_bytes)
{
	struct found *f = self;
	must(f->n < FRAMES_MAX && frame_bytes <= FRAME_MAX);
	f->v[f->n++] = frame_bytes;
}

/* As the format says; true: all of them fit. */
static bool plainly(const uint8_t *p, size_t len, struct found *ret)
{
	for (size_t at = 0; len - at >= 8;) {
		uint64_t n = 0;
		for (int i = 0; i < 8; i++)
			n = n << 8 | p[at++];
		if (n > FRAME_MAX)
			return false;
		ret->v[ret->n++] = n;
		at += n < len - at ? n : len - at;
	}
	return true;
}

/* The first byte is the size of the pieces; 0: one piece. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct found found, want;
	struct framing f = {.nlen = 0};
	found.n = want.n = 0;
	if (len < 1 || len > 8 * FRAMES_MAX)
		return 0;
	size_t step = data[0] ? data[0] : len, n = len - 1;
	const uint8_t *p = data + 1;
	bool fits = true;
	for (size_t at = 0; fits && at < n; at += step)
		fits = framing_fits(&f, p + at, n - at < step ? n - at : step, FRAME_MAX, on_frame,
				    &found);
	must(fits == plainly(p, n, &want));
	must(found.n == want.n);
	for (uint32_t i = 0; i < found.n; i++)
		must(found.v[i] == want.v[i]);
	must(!fits || (f.nlen < 8 && f.left <= FRAME_MAX));
	return 0;
}
