/* SPDX-License-Identifier: Apache-2.0 */
/* A Hello as it is put together from its pages; at most 8 MiB. */
#pragma once

#include "base/arena.h"
#include "model/message.h"

struct server_draft {
	struct arena arena;     /* holds all strings */
	struct msg_hello hello; /* without its members */
	struct member *members;
	uint32_t nmembers, cap, next_page;
};

/* From the first page; NULL: too many or too large members. */
struct server_draft *server_draft_new(const struct msg_hello *h);
bool server_draft_add(struct server_draft *d, const struct msg_hello *h); /* false: likewise */
size_t server_draft_bytes(const struct server_draft *d);                  /* its memory */
struct server_draft *server_draft_free(struct server_draft *d);           /* NULL in, NULL out */
