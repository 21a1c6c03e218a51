/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void answer_done(struct answer *a)
{
	for (uint32_t i = 0; i < a->n; i++)
		version_unref(a->v[i]);
	free(a->v);
	*a = (struct answer){0};
}

void answer_add(struct answer *a, struct version *v)
{
	VEC_GROW(a->v, a->n, a->cap);
	version_ref(v);
	a->v[a->n++] = v;
}

void answer_text(char *ret, size_t size, const char *text)
{
	size_t len = strlen(text);
	len = len < size ? len : size - 1;
	memcpy(ret, text, len);
	ret[len] = 0;
}

void answer_refuse(struct answer *a, enum rc rc, int http, const char *reason, const char *message)
{
	a->rc = rc;
	a->http = http;
	a->reason = reason;
	answer_text(a->message, sizeof a->message, message);
}

void answer_not_found(struct answer *a)
{
	answer_refuse(a, RC_NOTFOUND, 404, "NotFound", "not found");
}

void answer_conflict(struct answer *a)
{
	answer_refuse(a, RC_CONFLICT, 409, "Conflict", "the object has been modified");
}

void answer_ok(struct answer *a, int http, struct version *v)
{
	a->rc = RC_OK;
	a->http = http;
	a->reason = "";
	a->rv = v->rv;
	answer_add(a, v);
}
