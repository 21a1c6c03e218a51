/* SPDX-License-Identifier: Apache-2.0 */
/* The one operation on the Lease that may be under way. Its end comes through the sink that it was
 * begun with; the owner then sets id to 0. */
#pragma once

#include "sync/api.h"

enum lease_op_type { LEASE_READ, LEASE_CREATE, LEASE_WRITE };

struct lease_op {
	struct api api;
	const char *ns, *name; /* of the Lease; borrowed */
	int64_t deadline_ms;   /* of each operation, relative */
	enum lease_op_type type;
	uint64_t id; /* 0: none is under way */
	bool found;  /* the operation has given the Lease */
	int64_t sent_ms;
};

void lease_op_read(struct lease_op *op, const struct api_sink *sink, int64_t now_ms);
void lease_op_create(struct lease_op *op, const struct api_sink *sink, const struct lease *l,
		     int64_t now_ms);
/* rv: of the record that the write was decided on, its fence. */
void lease_op_write(struct lease_op *op, const struct api_sink *sink, const struct lease *l,
		    const char *rv, int64_t now_ms);
bool lease_op_cancel(struct lease_op *op); /* false: none was under way */
