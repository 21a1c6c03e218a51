/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: where frames begin in the bytes of a peer, and how long they say that they
 * are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The position in the agent's stream of frames: 8 bytes of length, most significant first, then
 * that many bytes. */
struct framing {
	uint8_t len[8];
	uint32_t nlen;
	uint64_t left;
};

/* Goes on with n more bytes. on_frame is called for each frame that begins in them. False: a frame
 * is longer than max; f is of no use any more. */
bool framing_fits(struct framing *f, const uint8_t *p, size_t n, uint64_t max,
		  void (*on_frame)(void *self, uint64_t frame_bytes), void *self);
