/* SPDX-License-Identifier: Apache-2.0 */
/* From Hello to session: the token of an agent is reviewed, then its pages are put together. */
#pragma once

#include "sync/server/record.h"

/* A page of a Hello; the first begins a new one, whatever was before. */
void server_hello_request(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			  const struct msg_hello *h);
/* A session's agent has a newer token: it is reviewed, unless one is under review already. */
void server_hello_renew(struct server_sessions *s, struct server_pipe *p, const char *token);
/* Rejects the Hellos whose review has waited too long. */
void server_hello_expire(struct server_sessions *s);
