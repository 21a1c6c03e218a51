/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output: collected, and written at once where a reader waits for it. Colours only on a
 * terminal, and not with NO_COLOR (https://no-color.org) or TERM=dumb. A reader that is gone ends
 * the output, not the program; a write that fails for another reason (a full disk) is an error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_WAIT, COLOUR_BAD, COLOUR_DIM, COLOUR_HEAD };

struct out {
	struct buf b;
	int fd;
	bool colours;
	bool closed;       /* nobody reads any more, or a write failed */
	int failed;        /* errno of the write that failed; 0: none, or the reader was gone */
	uint64_t first_us; /* monotonic time of the first write; 0: nothing was written */
};

enum { OUT_CHUNK = 64 * 1024 }; /* written at the latest with so much */

void out_init(struct out *o, int fd);
void out_done(struct out *o);
/* Appends a text, coloured where that is wanted. */
void out_puts(struct out *o, enum colour c, const char *s);
/* Writes what there is. False: closed. */
bool out_flush(struct out *o);
/* Writes if there is a chunk. False: closed. */
bool out_spill(struct out *o);
