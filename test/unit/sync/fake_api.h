/* SPDX-License-Identifier: Apache-2.0 */
/* An api that does nothing by itself: it keeps every operation, and the test says how each ends.
 * It checks the contract from its side: nothing is told about an operation that ended. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "sync/api.h"

enum { FAKE_OPS_MAX = 4096, FAKE_TEXT = 256 };

struct fake_op {
	uint64_t id;
	enum api_verb verb;
	enum api_kind kind;
	char name[FAKE_TEXT], ns[FAKE_TEXT], rv[FAKE_TEXT], cont[FAKE_TEXT];
	char token[FAKE_TEXT]; /* TOKENREVIEW; of a pod's create the template's text */
	char field_selector[FAKE_TEXT];
	uint32_t limit;
	char holder[FAKE_TEXT], address[FAKE_TEXT]; /* LEASE */
	int64_t duration_s, acquire_ms, renew_ms, transitions, deadline_ms;
	struct api_sink sink;
	bool live, canceled;
};

struct fake_api {
	struct fake_op ops[FAKE_OPS_MAX];
	uint32_t n;
};

struct api fake_api(struct fake_api *f);
/* The newest operation; must exist. */
struct fake_op *fake_last(struct fake_api *f);
struct fake_op *fake_at(struct fake_api *f, uint32_t i);
uint32_t fake_live(const struct fake_api *f);
void fake_object(struct fake_op *op, enum watch_event ev, const struct api_object *obj);
void fake_done(struct fake_op *op, const struct api_result *res);
/* Ends with a code and nothing else. */
void fake_end(struct fake_op *op, enum rc rc);
/* A page or list ended well. */
void fake_listed(struct fake_op *op, const char *rv, const char *cont);
/* One Node object by name, uid and rv. */
void fake_node(struct fake_op *op, enum watch_event ev, const char *name, const char *uid,
	       const char *rv);
void fake_copy(char *to, const char *from);
