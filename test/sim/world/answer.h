/* SPDX-License-Identifier: Apache-2.0 */
/* What the model API server answers: an error as the real one words it, or versions of objects. */
#pragma once

#include "test/sim/world/store.h"

struct answer {
	enum rc rc;
	int http;
	const char *reason;
	char message[256];
	int64_t retry_after_ms;
	uint64_t rv;
	char cont[64];
	const char *causes[32]; /* in the arena of the call */
	uint32_t ncauses;
	struct version **v; /* referenced; freed by answer_done */
	uint32_t n, cap;
	struct token_identity token;
};

void answer_done(struct answer *a);
/* Adds a version, of which it keeps a reference. */
void answer_add(struct answer *a, struct version *v);
void answer_ok(struct answer *a, int http, struct version *v); /* with the object as it is now */
void answer_refuse(struct answer *a, enum rc rc, int http, const char *reason, const char *message);
void answer_not_found(struct answer *a);
void answer_conflict(struct answer *a);
/* Copies text into one of its arrays, cut to size - 1 bytes. */
void answer_text(char *ret, size_t size, const char *text);
