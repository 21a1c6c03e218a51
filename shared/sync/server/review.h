/* SPDX-License-Identifier: Apache-2.0 */
/* TokenReviews: they wait for their turn, then they are in flight until the API server answers.
 * While one of a token is in flight, others of the same token follow it: what it is told decides
 * about them if the token is bad; else they have their turn after it. hello.c sends reviews and
 * judges the answers. */
#pragma once

#include "sync/server/record.h"

struct server_review {
	struct server_review *prev, *next; /* while it waits or follows */
	UT_hash_handle hh;                 /* by print; in flight */
	struct server_review *before;      /* NULL, or the one in flight that it follows */
	struct server_review *followers;   /* in flight: of the same token, oldest first */
	struct server_review **holder;     /* where the pipe holds it; NULL: detached */
	struct server_sessions *owner;
	struct server_pipe *pipe;
	bool renewal; /* of a session's newer token; else of a Hello */
	char *token;
	char print[TOKEN_PRINT_BYTES]; /* as server_sessions_config.look has it */
	int64_t queued_ms;
	uint64_t op; /* 0: it waits */
	int64_t sent_ms;
	/* the answer */
	bool answered, authenticated;
	char *username, *node_name, *error;
	int64_t expires_ms; /* wall; 0: not said */
};

/* Queues a review of the pipe's token: its renewal, or of its Hello. None may be there. */
void server_review_queue(struct server_sessions *s, struct server_pipe *p, const char *token,
			 const char *print, bool renewal);
/* The next that may be sent, or NULL: none waits, or too many are in flight. Those of a token that
 * is under review become followers. */
struct server_review *server_review_next(struct server_sessions *s);
void server_review_sent(struct server_sessions *s, struct server_review *r, uint64_t op);
/* The API server has answered it, or the connection to the server failed. */
void server_review_answered(struct server_sessions *s, const struct server_review *r,
			    const struct api_result *res);
/* The pipe does not know of the review any more. */
void server_review_detach(struct server_review *r);
/* Frees a review that waits, follows or was answered. Its followers wait again. */
void server_review_end(struct server_sessions *s, struct server_review *r);
/* Likewise of one that may be in flight; NULL is harmless. */
void server_review_cancel(struct server_sessions *s, struct server_review *r);
/* At the start. */
void server_reviews_init(struct server_sessions *s);
/* The oldest that waits has waited too long. */
bool server_review_late(const struct server_sessions *s);
/* When the oldest that waits has waited too long, or a pause that the API server asked for is over;
 * INT64_MAX: none waits. */
int64_t server_reviews_deadline(const struct server_sessions *s);
