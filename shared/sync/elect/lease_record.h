/* SPDX-License-Identifier: Apache-2.0 */
/* A Lease as it was last read or written, and when it changed by our own clock. */
#pragma once

#include "sync/api.h"

struct lease_record {
	bool known;                        /* false: nothing was read yet, or there is no Lease */
	char *uid, *rv, *holder, *address; /* never NULL */
	int64_t duration_s;                /* 0: the holder promised none */
	int64_t acquire_ms, renew_ms;      /* wall, by the holder's clock */
	int64_t transitions;
	int64_t changed_ms; /* monotonic: when the holder or its times changed last */
};

void lease_record_init(struct lease_record *r);
void lease_record_done(struct lease_record *r);
/* Takes the Lease. True: the holder or its address changed. A write that changes neither holder nor
 * times (of an annotation, say) does not make the holder look alive. */
bool lease_record_set(struct lease_record *r, const struct lease *l, int64_t now_ms);

bool lease_record_held_by(const struct lease_record *r, const char *identity);
/* Whether the identity may take the Lease or renew it: it holds it, or nobody does, or the holder
 * has not renewed for the duration that it promised (if it promised none: for default_ms). */
bool lease_record_may_take(const struct lease_record *r, const char *identity, int64_t default_ms,
			   int64_t now_ms);
/* The resourceVersion as a number; 0: it is none. */
uint64_t lease_record_version(const struct lease_record *r);
