/* SPDX-License-Identifier: Apache-2.0 */
/* The connection of one process (incarnation) to the API server: struct api over virtual time.
 * Requests and answers take time and may be lost, refused or late, as the weather says. */
#pragma once

#include "test/sim/world/host.h"
#include "test/sim/world/server.h"

struct conns;
struct conn; /* lives as long as conns */

struct weather {                    /* chances in percent, of each request */
	uint32_t lost, answer_lost; /* never carried out; carried out, but the answer is lost */
	uint32_t late;              /* a write: carried out when who asked has given up */
	uint32_t throttled, failed; /* 429; 500 */
	uint32_t unauthorized;      /* 401 */
	uint32_t conflicts;         /* writes with a fence: 409 although nothing changed */
	uint32_t slow;              /* takes 0.5 … 8 s more each way */
	uint32_t watch_cut;         /* of each watch event: the watch ends before it */
	uint32_t watch_gone;        /* a watch that begins is answered 410 */
	uint32_t list_gone;         /* the next page of a list is answered 410 */
	int64_t watch_lag_ms;       /* watches show what happened so much later */
};

bool is_write(enum api_verb verb);
struct conns *conns_new(struct server *server, struct clock *clock, uint64_t seed);
struct conns *conns_free(struct conns *cs);
struct weather *conns_weather(struct conns *cs);
/* Told of what lists and watches give to processes, right before the process is; a list of a kind
 * begins with its first page (ends false) and ends with its last. */
struct conns_witness {
	void *self;
	void (*saw)(void *self, const struct host *host, enum watch_event ev, struct version *v);
	void (*list)(void *self, const struct host *host, enum api_kind kind, bool ends);
};
void conns_watch(struct conns *cs, const struct conns_witness *w);
/* Requests were slow or went wrong at some time. */
bool conns_rough(const struct conns *cs);
/* By how much watches were late that show something now, or are late. */
int64_t conns_lag(const struct conns *cs);
void conns_roughen(struct conns *cs); /* what is written is not as in quiet runs */
/* The next writes of that sort end so. */
void conns_shoot(struct conns *cs, enum write which, enum mishap how, uint32_t times);
/* Calls each for every create of a pod that this process has asked for and that has not come to the
 * server: of others the pod may have come and gone. */
void conns_creates(const struct conns *cs, const struct host *host, void *self,
		   void (*each)(void *self, const struct pod_create *p));
uint32_t conns_calls(const struct conns *cs); /* alive, watches too */
/* All watches end (the API server restarts): broken connections, not clean ends. */
void conns_cut_watches(struct conns *cs);
/* Watches stay open but nothing comes until then: a blackholed connection. */
void conns_blackhole(struct conns *cs, const char *who, int64_t until_ms);
/* Of one connection only. */
void conn_blackhole(struct conn *c, int64_t until_ms);
/* To be called for each change of the store. */
void conns_change(struct conns *cs, const struct change *ch);

/* Of this incarnation of a process; host NULL: callbacks come right from the clock (contract
 * tests). who: its name in requests. */
struct conn *conn_open(struct conns *cs, struct host *host, const char *who);
void conn_close(struct conn *c); /* the process is gone: no callback any more */
struct api conn_api(struct conn *c);
