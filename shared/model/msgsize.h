/* SPDX-License-Identifier: Apache-2.0 */
/* Upper bounds of what parts of a message take in a frame, so that pages are cut below the frame's
 * cap without encoding them twice. A string costs its bytes and a tag and length (6), a number 11,
 * a nested message 6 more. */
#pragma once

#include <string.h>

#include "model/message.h"

static inline size_t msgsize_str(const char *s)
{
	return s ? strlen(s) + 6 : 0;
}

static inline size_t msgsize_reslist(const struct reslist *l)
{
	size_t n = 0;
	for (uint32_t i = 0; i < l->n; i++)
		n += msgsize_str(l->v[i].name) + 11 + 6;
	return n;
}

static inline size_t msgsize_member(const struct member *m)
{
	const char *const strs[] = {m->ns,   m->job_name,      m->job_uid, m->pod,     m->pod_uid,
				    m->node, m->template_hash, m->reason,  m->message, m->proof};
	size_t n = 6 + 12 * 11;
	for (size_t i = 0; i < sizeof strs / sizeof strs[0]; i++)
		n += msgsize_str(strs[i]);
	return n + msgsize_reslist(&m->requests) + m->ports.n * (size_t)13;
}

static inline size_t msgsize_order(const struct order *o)
{
	const char *const strs[] = {o->ns,      o->job_name,      o->job_uid, o->pod,
				    o->pod_uid, o->template_hash, o->proof};
	size_t n = 7 + 8 * 11;
	for (size_t i = 0; i < sizeof strs / sizeof strs[0]; i++)
		n += msgsize_str(strs[i]);
	return n;
}
