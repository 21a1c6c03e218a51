/* SPDX-License-Identifier: Apache-2.0 */
/* A Lease as last read or written, and when it changed by our own clock. */
#pragma once

#include "sync/api.h"

struct lease_record {
	bool known;
	char *rv, *holder, *address; /* never NULL */
	int64_t duration_s, acquire_ms, renew_ms, transitions;
	int64_t changed_ms; /* when holder or times changed last */
};

void record_init(struct lease_record *r);
void record_done(struct lease_record *r);
/* True when the holder or its address changed. A write that changes neither holder nor times (an
 * annotation, say) does not make the holder look alive. */
bool record_set(struct lease_record *r, const struct lease *l, int64_t now_ms);
