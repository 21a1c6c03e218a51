/* SPDX-License-Identifier: Apache-2.0 */
/* nng would close a connection with too long a frame too, but would tell nobody. */
#include "link/front_framing.h"

bool framing_fits(struct framing *f, const uint8_t *p, size_t n, uint64_t max,
		  void (*on_frame)(void *self, uint64_t frame_bytes), void *self)
{
	while (n > 0) {
		if (f->left > 0) {
			size_t skip = n < f->left ? n : (size_t)f->left;
			f->left -= skip;
			p += skip;
			n -= skip;
			continue;
		}
		f->len[f->nlen++] = *p++;
		n--;
		if (f->nlen < sizeof f->len)
			continue;
		for (uint32_t i = 0; i < sizeof f->len; i++)
			f->left = f->left << 8 | f->len[i];
		f->nlen = 0;
		if (f->left > max)
			return false;
		on_frame(self, f->left);
	}
	return true;
}
