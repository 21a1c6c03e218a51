/* SPDX-License-Identifier: Apache-2.0 */
/* Logs refusals with a limit, so that peers that try for ever do not fill the disk. */
#include "link/refused.h"

#include <string.h>

enum { LOG_EVERY_MS = 60000 };

/* Connections of one peer differ only in their port. */
static void host_of(const char *peer, char ret[LIMIT_TEXT_BYTES])
{
	const char *colon = strrchr(peer, ':');
	size_t n = colon ? (size_t)(colon - peer) : strlen(peer);
	n = n < LIMIT_TEXT_BYTES ? n : LIMIT_TEXT_BYTES - 1;
	memcpy(ret, peer, n);
	ret[n] = '\0';
}

/* If the table is full, the entry that was logged longest ago is replaced. */
static struct limit *limit_get(struct link_listener *l, const char *host, const char *what)
{
	struct limit *oldest = &l->limits[0];
	for (uint32_t i = 0; i < l->nlimits; i++) {
		struct limit *m = &l->limits[i];
		if (m->what == what && !strcmp(m->peer, host))
			return m;
		oldest = m->logged_ms < oldest->logged_ms ? m : oldest;
	}
	struct limit *m = l->nlimits < LIMITS_MAX ? &l->limits[l->nlimits++] : oldest;
	*m = (struct limit){.what = what, .logged_ms = l->now_ms - LOG_EVERY_MS};
	memcpy(m->peer, host, strlen(host) + 1);
	return m;
}

void refused(struct link_listener *l, const char *peer, const char *what, const char *why)
{
	char host[LIMIT_TEXT_BYTES];
	host_of(peer, host);
	struct limit *m = limit_get(l, host, what);
	if (l->now_ms - m->logged_ms < LOG_EVERY_MS) {
		m->hidden++;
		return;
	}
	log_warn(l->log, what, KS("peer", host[0] ? host : "unknown"), KS("why", why),
		 KI("more", m->hidden));
	m->logged_ms = l->now_ms;
	m->hidden = 0;
}

/* These were refused in other threads, which cannot log. */
void refused_full(struct link_listener *l, uint64_t total)
{
	if (total == l->full_told)
		return;
	l->full_told = total;
	refused(l, "", "connection refused",
		"too many connections are open, or wait for a good Hello (from this address or in "
		"all)");
}

void refused_dropped(struct link_listener *l, uint64_t total)
{
	if (total == l->dropped_told)
		return;
	l->dropped_told = total;
	refused(l, "", "connection dropped for a newer one",
		"too many connections are open without a good Hello");
}

void refused_slowed(struct link_listener *l, uint64_t total)
{
	if (total == l->slowed_told)
		return;
	l->slowed_told = total;
	refused(l, "", "connection read more slowly", "its peer sends more than an agent does");
}

void refused_delayed(struct link_listener *l, uint64_t total)
{
	if (total == l->delayed_told)
		return;
	l->delayed_told = total;
	refused(l, "", "TLS handshake begun later",
		"too many handshakes were begun (from this address or in all)");
}

void refused_by_front(struct link_listener *l, const struct mail *m)
{
	static const char *const what[] = {[FRONT_CONNECTION] = "connection failed",
					   [FRONT_FRAME] = "frame refused",
					   [FRONT_PORT] = "port not opened"};
	char peer[LIMIT_TEXT_BYTES] = "";
	const char *blank = strchr(m->text, ' ');
	must(blank && (size_t)(blank - m->text) < sizeof peer && m->maker < ARRAY_LEN(what));
	memcpy(peer, m->text, (size_t)(blank - m->text));
	refused(l, peer, what[m->maker], blank + 1);
}
