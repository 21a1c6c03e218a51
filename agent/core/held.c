/* SPDX-License-Identifier: Apache-2.0 */
/* Members as they are kept: a pod event borrows its strings, a report needs them later. Each member
 * is two blocks, whatever it says; messages are cut, since a page of them must fit one frame. */
#include <stdlib.h>
#include <string.h>

#include "agent/core/impl.h"

enum { HELD_MESSAGE_MAX = 512, HELD_RESOURCES_MAX = 32 };

char *ac_held_strings(const char **const *v, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += strlen(str_or_empty(*v[i])) + 1;
	char *text = mem_alloc(bytes), *at = text;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(str_or_empty(*v[i])) + 1;
		memcpy(at, str_or_empty(*v[i]), len);
		*v[i] = at;
		at += len;
	}
	return text;
}

/* The length of s, cut before the character that passes max bytes. */
static size_t cut_utf8(const char *s, size_t max)
{
	size_t n = strnlen(s, max + 1);
	if (n <= max)
		return n;
	n = max;
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void copy_resources(struct held *h)
{
	struct reslist *l = &h->m.requests;
	size_t bytes = 0;
	if (l->n > HELD_RESOURCES_MAX)
		l->n = HELD_RESOURCES_MAX;
	for (uint32_t i = 0; i < l->n; i++)
		bytes += strlen(l->v[i].name) + 1;
	h->res = mem_alloc(l->n * sizeof *h->res + bytes);
	char *at = (char *)(h->res + l->n);
	for (uint32_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->v[i].name) + 1;
		memcpy(at, l->v[i].name, len);
		h->res[i] = (struct res){at, l->v[i].milli};
		at += len;
	}
	l->v = h->res;
}

struct held *ac_held_new(const struct member *m)
{
	struct held *h = mem_zalloc(1, sizeof *h);
	AUTO(mem_freep)
	char *message = mem_strndup(str_or_empty(m->message),
				    cut_utf8(str_or_empty(m->message), HELD_MESSAGE_MAX));
	h->m = *m;
	h->m.message = message;
	const char **const strs[] = {&h->m.ns,     &h->m.job_name, &h->m.job_uid,
				     &h->m.pod,    &h->m.pod_uid,  &h->m.node,
				     &h->m.reason, &h->m.message,  &h->m.template_hash};
	h->text = ac_held_strings(strs, ARRAY_LEN(strs));
	copy_resources(h);
	return h;
}

struct held *ac_held_free(struct held *h)
{
	if (!h)
		return NULL;
	free(h->text);
	free(h->res);
	free(h);
	return NULL;
}

static bool same_resources(const struct reslist *a, const struct reslist *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		if (a->v[i].milli != b->v[i].milli || !str_eq(a->v[i].name, b->v[i].name))
			return false;
	}
	return true;
}

bool ac_held_same(const struct held *h, const struct member *m)
{
	const struct member *o = &h->m;
	size_t cut = cut_utf8(str_or_empty(m->message), HELD_MESSAGE_MAX);
	return o->phase == m->phase && o->ready == m->ready && o->deleting == m->deleting &&
	       o->exit_code == m->exit_code && o->index == m->index && o->attempt == m->attempt &&
	       o->started_ms == m->started_ms && o->ended_ms == m->ended_ms &&
	       str_eq(o->pod_uid, m->pod_uid) && str_eq(o->job_uid, m->job_uid) &&
	       str_eq(o->job_name, m->job_name) && str_eq(o->template_hash, m->template_hash) &&
	       str_eq(o->node, m->node) && str_eq(o->reason, m->reason) &&
	       strlen(o->message) == cut && !memcmp(o->message, str_or_empty(m->message), cut) &&
	       same_resources(&o->requests, &m->requests);
}
