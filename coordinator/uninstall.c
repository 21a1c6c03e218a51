/* SPDX-License-Identifier: Apache-2.0 */
/* The order matters: a leader makes a deleted ComputeNode again within milliseconds, so leadership
 * goes first where a Lease says that there is one. The Lease goes last: a coordinator made it after
 * Helm had deleted the release's own, and an installation of the same name would meet a Lease that
 * is held and that Helm does not own. Errors are tried again each second until
 * give_up_ms: the hook that runs this blocks the uninstall, and a half-cleaned cluster is worse
 * than a slow one. */
#include "coordinator/uninstall.h"

#include <stdlib.h>

#include "base/mem.h"

enum { UNINSTALL_MAGIC = 0x756e696e, RETRY_MS = 1000, HOLD_S = 3600, PAGE = 500 };

/*   READ_LEASE ──► TAKE_LEASE ──► SETTLE ──► LIST ──► DELETE ──► DROP_LEASE ──► ENDED
 *       │  (no Lease)                          ▲ ▲      │ │ (no Lease)            ▲
 *       └──────────────────────────────────────┘ └──────┘ └───────────────────────┘
 * LIST and DELETE take turns until the list is empty. */
enum step {
	STEP_READ_LEASE,
	STEP_TAKE_LEASE,
	STEP_SETTLE,
	STEP_LIST,
	STEP_DELETE,
	STEP_DROP_LEASE,
	STEP_ENDED
};

struct doomed {
	char *name, *uid;
};

struct uninstall {
	uint32_t magic;
	const struct uninstall_config *cfg;
	struct api api;
	const struct log *log;
	enum step step;
	bool ok, busy;
	uint64_t op;
	int64_t now_ms, wall_ms, due_ms, give_up_ms;
	char *lease_rv, *lease_uid; /* NULL: there is no Lease */
	int64_t transitions;
	char *next_page; /* "": the next list is of the first page */
	struct doomed *doomed;
	uint32_t ndoomed, cap, next, deleted;
};

struct uninstall *uninstall_new(const struct uninstall_config *cfg, const struct api *api,
				const struct log *log)
{
	struct uninstall *u = mem_zalloc(1, sizeof *u);
	u->magic = UNINSTALL_MAGIC;
	u->cfg = cfg;
	u->api = *api;
	u->log = log;
	u->give_up_ms = INT64_MAX;
	mem_strset(&u->next_page, "");
	return u;
}

static void forget_doomed(struct uninstall *u)
{
	for (uint32_t i = 0; i < u->ndoomed; i++) {
		free(u->doomed[i].name);
		free(u->doomed[i].uid);
	}
	u->ndoomed = u->next = 0;
}

struct uninstall *uninstall_free(struct uninstall *u)
{
	if (!u)
		return NULL;
	if (u->busy)
		u->api.cancel(u->api.self, u->op);
	forget_doomed(u);
	free(u->doomed);
	free(u->next_page);
	free(u->lease_rv);
	free(u->lease_uid);
	u->magic = 0;
	free(u);
	return NULL;
}

static void end(struct uninstall *u, bool ok)
{
	u->step = STEP_ENDED;
	u->ok = ok;
	if (ok)
		log_info(u->log, "uninstall finished", KI("computenodes_deleted", u->deleted));
}

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct uninstall *u = self;
	(void)id;
	(void)ev;
	must(u->magic == UNINSTALL_MAGIC);
	if (obj->kind == API_LEASE) {
		mem_strset(&u->lease_rv, obj->meta->rv);
		mem_strset(&u->lease_uid, obj->meta->uid);
		u->transitions = obj->lease->transitions;
	}
	if (obj->kind != API_COMPUTE_NODE || u->step != STEP_LIST ||
	    !obj->compute_node->owned_by_node)
		return;
	VEC_GROW(u->doomed, u->ndoomed, u->cap);
	u->doomed[u->ndoomed++] =
		(struct doomed){mem_strdup(obj->meta->name), mem_strdup(obj->meta->uid)};
}

static void next_step(struct uninstall *u, const struct api_result *res)
{
	switch (u->step) {
	case STEP_READ_LEASE: u->step = res->rc == RC_NOTFOUND ? STEP_LIST : STEP_TAKE_LEASE; break;
	case STEP_TAKE_LEASE:
		log_info(u->log, "Lease taken", KS("lease", u->cfg->lease));
		u->step = STEP_SETTLE;
		u->due_ms = u->now_ms + u->cfg->settle_ms;
		break;
	case STEP_LIST:
		mem_strset(&u->next_page, res->cont);
		u->step = *res->cont ? STEP_LIST : STEP_DELETE;
		break;
	case STEP_DELETE:
		u->deleted += res->rc == RC_OK;
		log_info(u->log, "ComputeNode deleted", KS("node", u->doomed[u->next].name));
		u->next++;
		break;
	case STEP_DROP_LEASE: end(u, true); break;
	case STEP_SETTLE:
	case STEP_ENDED: break;
	}
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct uninstall *u = self;
	(void)id;
	must(u->magic == UNINSTALL_MAGIC);
	u->busy = false;
	bool fine = res->rc == RC_OK || res->rc == RC_NOTFOUND;
	/* The object was replaced, or the Lease was renewed: look again. */
	if (res->rc == RC_CONFLICT)
		u->step = u->step == STEP_LIST || u->step == STEP_DELETE ? STEP_LIST
									 : STEP_READ_LEASE;
	else if (fine)
		next_step(u, res);
	if (fine)
		return;
	mem_strset(&u->next_page, ""); /* its token may have expired */
	u->due_ms = u->now_ms + RETRY_MS;
	log_warn(u->log, "uninstall step failed, trying again", KS("rc", rc_name(res->rc)),
		 KS("error", res->message));
}

static void submit(struct uninstall *u, const struct api_request *req)
{
	struct api_sink sink = {.self = u, .on_object = on_object, .on_done = on_done};
	u->busy = true;
	u->op = u->api.submit(u->api.self, req, &sink);
}

static void take_lease(struct uninstall *u)
{
	struct lease lease = {.holder = u->cfg->identity,
			      .address = "",
			      .duration_s = HOLD_S,
			      .acquire_ms = u->wall_ms,
			      .renew_ms = u->wall_ms,
			      .transitions = u->transitions + 1};
	struct api_request req = {.verb = API_PATCH,
				  .kind = API_LEASE,
				  .ns = u->cfg->namespace,
				  .name = u->cfg->lease,
				  .rv = u->lease_rv,
				  .lease = &lease};
	submit(u, &req);
}

static void read_lease(struct uninstall *u)
{
	struct api_request req = {
		.verb = API_GET, .kind = API_LEASE, .ns = u->cfg->namespace, .name = u->cfg->lease};
	submit(u, &req);
}

/* All of them, in pages. Their owner tells that Muster made them: the label may be somebody else's.
 */
static void list(struct uninstall *u)
{
	struct api_request req = {
		.verb = API_LIST, .kind = API_COMPUTE_NODE, .limit = PAGE, .cont = u->next_page};
	if (!*u->next_page)
		forget_doomed(u);
	submit(u, &req);
}

static void delete_next(struct uninstall *u)
{
	if (u->next == u->ndoomed) {
		if (u->ndoomed)
			u->step = STEP_LIST;
		else if (u->lease_uid)
			u->step = STEP_DROP_LEASE;
		else
			end(u, true);
		return;
	}
	struct api_request req = {.verb = API_DELETE,
				  .kind = API_COMPUTE_NODE,
				  .name = u->doomed[u->next].name,
				  .uid = u->doomed[u->next].uid};
	submit(u, &req);
}

static void drop_lease(struct uninstall *u)
{
	struct api_request req = {.verb = API_DELETE,
				  .kind = API_LEASE,
				  .ns = u->cfg->namespace,
				  .name = u->cfg->lease,
				  .uid = u->lease_uid};
	submit(u, &req);
}

static void run(struct uninstall *u)
{
	switch (u->step) {
	case STEP_READ_LEASE: read_lease(u); break;
	case STEP_TAKE_LEASE: take_lease(u); break;
	case STEP_SETTLE: u->step = STEP_LIST; break;
	case STEP_LIST: list(u); break;
	case STEP_DELETE: delete_next(u); break;
	case STEP_DROP_LEASE: drop_lease(u); break;
	case STEP_ENDED: break;
	}
}

void uninstall_tick(struct uninstall *u, int64_t now_ms, int64_t wall_ms)
{
	u->now_ms = now_ms;
	u->wall_ms = wall_ms;
	if (u->give_up_ms == INT64_MAX)
		u->give_up_ms = now_ms + u->cfg->give_up_ms;
	if (u->step != STEP_ENDED && now_ms >= u->give_up_ms) {
		log_error(u->log,
			  "uninstall given up; delete the ComputeNodes by hand: "
			  "kubectl delete computenodes -l app.kubernetes.io/managed-by=muster");
		end(u, false);
	}
	while (!u->busy && u->step != STEP_ENDED && now_ms >= u->due_ms)
		run(u);
}

int64_t uninstall_deadline(const struct uninstall *u)
{
	if (u->busy || u->step == STEP_ENDED)
		return u->give_up_ms;
	return u->due_ms < u->give_up_ms ? u->due_ms : u->give_up_ms;
}

bool uninstall_ended(const struct uninstall *u, bool *ret_ok)
{
	*ret_ok = u->ok;
	return u->step == STEP_ENDED;
}
