/* SPDX-License-Identifier: Apache-2.0 */
/* The API server may know a token a little later than its agent has it, so no refusal holds for
 * long. All hold equally long: the first of the table is over first. */
#include "sync/server/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { DENIED_MAX = 1024, DENIED_MS = 10000, WHY_BYTES = 160 };

struct server_denied {
	UT_hash_handle hh; /* by print, the oldest first */
	int64_t until_ms;
	char print[TOKEN_PRINT_BYTES], why[WHY_BYTES];
};

static struct server_denied *find(const struct server_sessions *s, const char *print)
{
	struct server_denied *d = NULL;
	HASH_FIND_STR(s->denied, print, d);
	return d;
}

static void forget(struct server_sessions *s, struct server_denied *own)
{
	HASH_DEL(s->denied, own);
	free(own);
}

enum reject server_token_look(struct server_sessions *s, const char *token, const char *node,
			      char ret_print[TOKEN_PRINT_BYTES], const char **ret_why)
{
	ret_print[0] = '\0';
	enum reject no = s->cfg.look
				 ? s->cfg.look(token, s->agent_username, node, ret_print, ret_why)
				 : REJECT_NONE;
	if (no != REJECT_NONE) {
		s->stats.looked_bad++;
		return no;
	}
	return server_token_denied_again(s, ret_print, ret_why) ? REJECT_TOKEN : REJECT_NONE;
}

bool server_token_denied_again(struct server_sessions *s, const char *print, const char **ret_why)
{
	const struct server_denied *d = find(s, print);
	if (!d || s->now_ms >= d->until_ms)
		return false;
	s->stats.denied_again++;
	*ret_why = d->why;
	return true;
}

void server_token_denied(struct server_sessions *s, const char *print, const char *why)
{
	struct server_denied *d = *print ? find(s, print) : NULL;
	if (!*print)
		return;
	if (d)
		forget(s, d);
	while (s->denied &&
	       (s->denied->until_ms <= s->now_ms || HASH_COUNT(s->denied) >= DENIED_MAX))
		forget(s, s->denied);
	d = mem_zalloc(1, sizeof *d);
	d->until_ms = s->now_ms + DENIED_MS;
	memcpy(d->print, print, strnlen(print, sizeof d->print - 1));
	memcpy(d->why, why, strnlen(why, sizeof d->why - 1));
	HASH_ADD_STR(s->denied, print, d);
}

void server_tokens_clear(struct server_sessions *s)
{
	while (s->denied)
		forget(s, s->denied);
}
