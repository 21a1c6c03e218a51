/* SPDX-License-Identifier: Apache-2.0 */
/* Wakes a thread that sleeps in poll(2). */
#pragma once

#include "base/err.h"
#include "base/must.h"

struct wake {
	int fd; /* readable from wake_ring until wake_drain */
};

enum rc wake_init(struct wake *w, struct err *e) must_use; /* RC_IO */
void wake_done(struct wake *w);
void wake_ring(const struct wake *w); /* any thread; never blocks; several calls count as one */
void wake_drain(const struct wake *w);
