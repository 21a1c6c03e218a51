/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: messages of nng's threads to the loop. Those threads append and wake, nothing
 * else: a callback of nng that frees, stops or waits can stop the library for good. Not for
 * others. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "link/link.h"

enum { MAIL_TEXT_BYTES = 192, MAIL_NOTES_MAX = 256 };

enum mail_kind {
	MAIL_DONE,        /* who: the slot or channel whose operation ended */
	MAIL_PIPE_OPEN,   /* pipe, maker; text: the peer's address */
	MAIL_PIPE_CLOSED, /* pipe */
	MAIL_NOTE,        /* text: a line of nng's log */
	MAIL_REFUSED      /* refused by the front; maker: enum front_fail, text: "peer why" */
};

struct mail {
	enum mail_kind kind;
	uint32_t pipe, maker; /* nng's ids of the pipe and of its dialer */
	uint64_t conn;        /* PIPE_OPEN: the front's number of the connection */
	void *who;
	char text[MAIL_TEXT_BYTES]; /* cut */
};

/* Two vectors: nng's threads fill one while the loop reads the other. Notes and refusals beyond
 * MAIL_NOTES_MAX are dropped; the number of pipes and operations bounds the rest. */
struct mailbox {
	pthread_mutex_t lock;
	struct mail *in, *out;
	uint32_t n_in, cap_in, cap_out, notes;
	bool woken; /* since the last take */
	struct link_wake wake;
};

void mailbox_init(struct mailbox *b, const struct link_wake *wake);
/* Any thread. text may be NULL. */
void mailbox_put(struct mailbox *b, const struct mail *mail, const char *text);
/* As mailbox_put, without a text; the loop is not woken for it, but takes it in its next turn. */
void mailbox_put_later(struct mailbox *b, const struct mail *mail);
/* The loop's thread: returns all messages, borrowed until the next take. */
uint32_t mailbox_take(struct mailbox *b, const struct mail **ret);
