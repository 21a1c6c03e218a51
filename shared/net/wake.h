/* SPDX-License-Identifier: Apache-2.0 */
/* Wakes a thread that sleeps in poll(2). */
#pragma once

#include "base/err.h"
#include "base/must.h"

struct wake {
	int fd; /* readable while there is a ring not yet drained */
};

enum rc wake_init(struct wake *w, struct err *e) must_use; /* RC_IO */
void wake_done(struct wake *w);
void wake_ring(const struct wake *w); /* any thread; never blocks; once or often is the same */
void wake_drain(const struct wake *w);
