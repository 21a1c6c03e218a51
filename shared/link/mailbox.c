/* SPDX-License-Identifier: Apache-2.0 */
#include "link/mailbox.h"

#include <string.h>

#include "base/mem.h"

void mailbox_init(struct mailbox *b, const struct link_wake *wake)
{
	*b = (struct mailbox){.wake = *wake};
	must(pthread_mutex_init(&b->lock, NULL) == 0);
}

/* False: dropped. */
static bool append(struct mailbox *b, const struct mail *mail, const char *text)
{
	size_t len = strnlen(str_or_empty(text), MAIL_TEXT_BYTES - 1);
	if (mail->kind >= MAIL_NOTE && b->notes++ >= MAIL_NOTES_MAX)
		return false;
	VEC_GROW(b->in, b->n_in, b->cap_in);
	struct mail *m = &b->in[b->n_in++];
	m->kind = mail->kind;
	m->pipe = mail->pipe;
	m->maker = mail->maker;
	m->who = mail->who;
	m->conn = mail->conn;
	if (len > 0)
		memcpy(m->text, text, len);
	m->text[len] = '\0';
	return true;
}

void mailbox_put(struct mailbox *b, const struct mail *mail, const char *text)
{
	pthread_mutex_lock(&b->lock);
	bool wake = append(b, mail, text) && !b->woken;
	b->woken |= wake;
	pthread_mutex_unlock(&b->lock);
	if (wake)
		b->wake.wake(b->wake.self);
}

void mailbox_put_later(struct mailbox *b, const struct mail *mail)
{
	pthread_mutex_lock(&b->lock);
	append(b, mail, NULL);
	pthread_mutex_unlock(&b->lock);
}

uint32_t mailbox_take(struct mailbox *b, const struct mail **ret)
{
	pthread_mutex_lock(&b->lock);
	struct mail *full = b->in;
	uint32_t n = b->n_in, cap = b->cap_in;
	b->in = b->out;
	b->cap_in = b->cap_out;
	b->n_in = b->notes = 0;
	b->woken = false;
	pthread_mutex_unlock(&b->lock);
	b->out = full;
	b->cap_out = cap;
	*ret = full;
	return n;
}
