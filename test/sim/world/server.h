/* SPDX-License-Identifier: Apache-2.0 */
/* The model API server: what each verb does to the store, as a real 1.37 server does it (the
 * contract cases of contract.h hold for both). It answers at once; time between asking and
 * answering, and everything that goes wrong there, is the connection's (conn.h). */
#pragma once

#include "test/sim/world/clock.h"
#include "test/sim/world/counts.h"
#include "test/sim/world/store.h"

enum { SNAPSHOTS_MAX = 16, LEASE_GRACE_MS = 30000 };

struct answer {
	enum rc rc;
	int http;
	const char *reason;
	char message[256];
	int64_t retry_after_ms;
	uint64_t rv;
	char cont[64];
	const char *causes[32]; /* in the arena of the call */
	uint32_t ncauses;
	struct version **v; /* referenced; freed by answer_done */
	uint32_t n, cap;
	struct token_identity token;
};
void answer_done(struct answer *a);

struct snapshot { /* of a paged list */
	uint64_t id, rv;
	struct version **v;
	uint32_t n;
};

struct server {
	struct clock *clock;
	struct store store;
	int64_t wall_ms; /* wall time at virtual time 0 */
	uint64_t snapshots;
	struct snapshot snap[SNAPSHOTS_MAX];
	struct arena names; /* of nodes in tokens */
	uint64_t events_written, writes, status_writes, lease_writes, pods_created, deletes;
	uint32_t page_max;       /* the server's own bound of a page; 0: what is asked for */
	bool late;               /* who asks now has given up waiting already */
	bool refuse_tokens;      /* the authenticator knows no token */
	uint64_t writes_in_vain; /* status writes that changed nothing */
	uint32_t pod_quota;      /* pods a namespace may hold; 0: no quota */
	int64_t quota_ended_ms;
	struct counts counts;
	bool deny_agent_pods;  /* admission refuses what agents create */
	const char *deny_pods; /* admission refuses all pods, with these words; NULL: none */
	bool deny_invalid;     /* …with 422 instead of 403 */
	const char *ns_ending, *ns_gone; /* a namespace that is being deleted; that is not there */
	void *self;
	/* Told of each change, after it is stored; must not change the store itself. */
	void (*on_change)(void *self, const struct change *ch);
	/* Told of each request before it is carried out (for checks); who is the asking process. */
	void (*on_request)(void *self, const char *who, const struct api_request *req);
};

void server_init(struct server *s, struct clock *clock, int64_t wall_ms);
void server_done(struct server *s);
/* Something happened that is to be seen to happen. */
void server_count(struct server *s, enum fact fact);
int64_t server_wall(const struct server *s);
/* All verbs but WATCH. who: the process that asks ("agent/…" is held to the agents' admission). */
void server_ask(struct server *s, const char *who, const struct api_request *req,
		struct arena *arena, struct answer *ret);
bool selector_matches(const struct api_request *req, const struct version *v);
/* Puts a changed job spec: generation grows. */
struct version *server_put(struct server *s, struct version *own_v);
/* As a DELETE: sets deletionTimestamp or removes. */
void server_delete(struct server *s, const struct version *v);
/* Makes the pod of a pod_create; its template's text says requests and behaviour. */
struct version *pod_make(const struct pod_create *p);

enum { TEMPLATE_RES_MAX = 8, TEMPLATE_TOLERATIONS_MAX = 4 };
/* The model's templates: "run=5000 exit=0 cpu=500 memory=1000 tol=KEY/VALUE/EFFECT …": how long the
 * container runs in ms, what it exits with, requests in thousandths. */
struct template_facts {
	int64_t run_ms;
	int32_t exit_code;
	uint32_t fails;  /* so many starts of an index fail with exit 1 before one succeeds */
	uint32_t refuse; /* so many pods of an index are refused by the kubelet */
	/* So long the image cannot be pulled, a ConfigMap is missing, a volume is not mounted. */
	int64_t pull_ms, config_ms, mount_ms;
	bool oom; /* it is killed for memory */
	struct res requests[TEMPLATE_RES_MAX];
	uint32_t nrequests;
	struct toleration tolerations[TEMPLATE_TOLERATIONS_MAX];
	uint32_t ntolerations;
};
struct template_facts template_parse(struct arena *a, const char *text);
/* The text with these tolerations instead of its own. */
const char *template_with(struct arena *a, const char *text, const struct toleration *v,
			  uint32_t n);
