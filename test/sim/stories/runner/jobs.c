/* SPDX-License-Identifier: Apache-2.0 */
/* Deeds on jobs and their pods: what people do with kubectl apply, edit, scale, replace, delete. */
#include <string.h>

#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/people/user_node.h"
#include "test/sim/stories/runner/parts.h"
#include "test/sim/world/copy.h"

static const char ns[] = "default";

/* ---- deeds ---- */

static void put(struct story *st, struct version *own_v, const char *what)
{
	world_note(st->world, what, KS("job", own_v->meta.name));
	own_v->meta.generation++;
	server_put(&st->world->server, own_v);
}

static bool final_state(const struct version *v)
{
	return v->job.status.state == JOB_COMPLETED || v->job.status.state == JOB_FAILED;
}

/* A finished job's spec is immutable but for its ttl (CEL). */
static bool immutable(const struct version *v, const struct words *w)
{
	return final_state(v) && !(option(w, "ttl") && w->n == 1);
}

static void apply(struct story *st, const char *name, const struct words *w, bool whole)
{
	const struct version *old = user_job(st->world, name);
	if (!old && !whole) {
		st->refused++;
		return;
	}
	if (old && immutable(old, w)) {
		world_note(st->world, "the API server refuses a change", KS("job", name));
		st->refused++;
		return;
	}
	struct version *v = old ? version_clone(old) : version_new(API_JOB);
	if (!old)
		v->meta = (struct meta){.ns = option(w, "ns") ? option(w, "ns") : ns,
					.name = copy_str(&v->arena, name)};
	if (whole)
		story_reset_spec(&v->job.spec);
	story_set_spec(st, v, w);
	put(st, v, old ? "user changes" : "user creates");
}

static void keep(struct story *st, const char *name)
{
	struct version *v = user_job(st->world, name);
	must(v && st->nkept < STORY_KEPT_MAX);
	version_ref(v);
	st->kept[st->nkept++] = (struct kept){name, v};
}

/* kubectl replace of what was read before: refused with 409 if anybody has written since; "force"
 * is one without a resourceVersion, which writes the old spec over the new one. Status is a
 * subresource: what the file says of it counts for nothing. */
static void replace(struct story *st, const char *name, const struct words *w)
{
	const struct version *now = user_job(st->world, name), *old = NULL;
	for (uint32_t i = 0; i < st->nkept; i++)
		old = str_eq(st->kept[i].name, name) ? st->kept[i].v : old;
	must(old);
	if (!now || (!has_word(w, "force") && now->rv != old->rv) || immutable(now, w)) {
		world_note(st->world, "the API server refuses a change", KS("job", name));
		st->refused++;
		return;
	}
	struct version *v = version_clone(now);
	struct version *was = version_clone(old);
	v->job.spec = was->job.spec;
	story_set_spec(st, v, w);
	v->job.spec = copy_job_spec(&v->arena, &v->job.spec);
	version_unref(was);
	put(st, v, "user replaces");
}

/* Somebody else writes status, not asking which version it is. */
static void write_status(struct story *st, const char *name, const struct words *w)
{
	const struct version *old = user_job(st->world, name);
	if (!old)
		return;
	struct version *v = version_clone(old);
	struct job_status *s = &v->job.status;
	s->active = (uint32_t)option_whole(w, "active", s->active);
	s->failed = (uint32_t)option_whole(w, "failed", s->failed);
	s->succeeded = (uint32_t)option_whole(w, "succeeded", s->succeeded);
	s->attempts = (uint32_t)option_whole(w, "attempts", s->attempts);
	if (option(w, "completed"))
		s->completed = copy_str(&v->arena, option(w, "completed"));
	if (option(w, "failedindexes"))
		s->failed_indexes = copy_str(&v->arena, option(w, "failedindexes"));
	if (option(w, "message"))
		s->message = copy_str(&v->arena, option(w, "message"));
	if (option(w, "state"))
		s->state = job_state_parse(option(w, "state"));
	world_note(st->world, "another writes status", KS("job", name));
	server_put(&st->world->server, v);
}

static void delete_job(struct story *st, const char *name, const struct words *w)
{
	user_delete_job(st->world, name,
			has_word(w, "foreground") ? DELETE_FOREGROUND
			: has_word(w, "orphan")   ? DELETE_ORPHAN
						  : DELETE_BACKGROUND);
}

static bool on_job(struct story *st, const char *deed, const char *name, const struct words *w)
{
	struct world *world = st->world;
	if (str_eq(deed, "apply") || str_eq(deed, "edit"))
		apply(st, name, w, *deed == 'a');
	else if (str_eq(deed, "recreate")) {
		user_delete_job(world, name, DELETE_BACKGROUND);
		apply(st, name, w, true);
	} else if (str_eq(deed, "hold") || str_eq(deed, "let-go"))
		user_hold_job(world, name, *deed == 'h');
	else if (str_eq(deed, "read"))
		keep(st, name);
	else if (str_eq(deed, "replace"))
		replace(st, name, w);
	else if (str_eq(deed, "write-status"))
		write_status(st, name, w);
	else if (str_eq(deed, "delete"))
		delete_job(st, name, w);
	else if (str_eq(deed, "scale"))
		user_scale(world, name, (uint32_t)option_whole(w, "parallelism", 1));
	else if (str_eq(deed, "suspend") || str_eq(deed, "resume"))
		user_suspend(world, name, *deed == 's');
	else if (str_eq(deed, "touch"))
		user_touch(world, name);
	else
		return false;
	return true;
}

/* ---- pods ---- */

static bool ended(const struct version *v)
{
	return v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED;
}

/* The pod of an index that has not ended; else any. */
static struct version *member_pod(struct world *w, const char *job, const char *index)
{
	const struct shelf *sh = &w->server.store.shelf[API_POD];
	struct version *found = NULL;
	for (uint32_t i = 0; i < sh->n; i++) {
		struct version *v = sh->v[i];
		if (str_eq(kvs_get(&v->meta.labels, LABEL_JOB_NAME), job) &&
		    str_eq(kvs_get(&v->meta.labels, LABEL_INDEX), index) && (!found || !ended(v)))
			found = v;
	}
	return found;
}

/* By hand; "force" is --grace-period=0 --force: the object goes at once. */
static void delete_member(struct world *w, const char *job, const char *index, bool force)
{
	struct version *v = member_pod(w, job, index);
	if (!v)
		return;
	if (!force) {
		user_delete_pod(w, v->meta.ns, v->meta.name);
		return;
	}
	world_note(w, "user deletes by force", KS("pod", v->meta.name));
	store_remove(&w->server.store, v);
}

/* The pod garbage collector: above its threshold it takes any pod that has ended. */
static void collect_finished(struct world *w)
{
	const struct shelf *sh = &w->server.store.shelf[API_POD];
	world_note(w, "finished pods are collected");
	for (uint32_t i = sh->n; i-- > 0;) {
		if (ended(sh->v[i]))
			store_remove(&w->server.store, sh->v[i]);
	}
}

bool story_on_job(struct story *st, const struct words *w, const char *deed)
{
	struct words rest = words_from(w, 5);
	if (str_eq(word(w, 3), "job"))
		return on_job(st, deed, word(w, 4), &rest);
	if (str_eq(deed, "delete") && str_eq(word(w, 3), "member"))
		delete_member(st->world, word(w, 4), word(w, 5), has_word(w, "force"));
	else if (str_eq(deed, "delete-loop"))
		(void)user_delete_loop(st->world, word(w, 3),
				       st->world->clock.now_ms + duration_ms(word(w, 4), 1000));
	else if (str_eq(deed, "delete") && str_eq(word(w, 3), "namespace"))
		user_delete_ns(st->world, ns);
	else if (str_eq(deed, "collect-pods"))
		collect_finished(st->world);
	else
		return false;
	return true;
}

/* pair: "KEY=VALUE", "-" (no label). */
static void add_where(struct world *w, const char *pair, const char *toleration)
{
	size_t len = strcspn(pair, "=");
	struct server *s = &w->server;
	s->added_key = pair[len] ? arena_strndup(&w->scratch, pair, len) : NULL;
	s->added_value = pair[len] ? copy_str(&w->scratch, pair + len + 1) : NULL;
	s->added_toleration = toleration ? copy_str(&w->scratch, toleration) : NULL;
}

/* Somebody without a good token is at the agents' port, and nothing else goes wrong. */
static void stranger(struct story *st, int64_t ms)
{
	if (st->stranger.cluster)
		stranger_end(&st->stranger);
	st->stranger = (struct stranger){.cluster = st->cluster,
					 .rng = {.s = st->cfg.seed * 2 + 79},
					 .until_ms = st->world->clock.now_ms + ms,
					 .undisturbed = true};
	stranger_begin(&st->stranger);
}

/* What the API server and the way to it do. */
bool story_on_server(struct story *st, const struct words *w, const char *deed)
{
	struct world *world = st->world;
	if (str_eq(deed, "stranger"))
		stranger(st, duration_ms(word(w, 3), 30000));
	else if (str_eq(deed, "cut-watches"))
		conns_cut_watches(world->conns);
	else if (str_eq(deed, "compact"))
		store_compact(&world->server.store, 0);
	else if (str_eq(deed, "lose-answers"))
		conns_weather(world->conns)->answer_lost = (uint32_t)option_whole(w, "percent", 0);
	else if (str_eq(deed, "conflicts"))
		conns_weather(world->conns)->conflicts = (uint32_t)option_whole(w, "percent", 0);
	else if (str_eq(deed, "quota")) {
		world->server.pod_quota = (uint32_t)option_whole(w, "pods", 0);
		world->server.quota_ended_ms = world->clock.now_ms;
	} else if (str_eq(deed, "overhead")) {
		server_set_overhead(&world->server, option_whole(w, "cpu", 0));
		world->server.no_dry_run = option_whole(w, "dry-run", 1) == 0;
	} else if (str_eq(deed, "deny-agents"))
		world->server.deny_agent_pods = str_eq(word(w, 3), "on");
	else if (str_eq(deed, "deny-pods"))
		world->server.deny_pods = w->n > 3 ? word(w, 3) : NULL;
	else if (str_eq(deed, "deny-services"))
		world->server.deny_services = w->n > 3 ? word(w, 3) : NULL;
	else if (str_eq(deed, "webhook-dead"))
		server_set_webhook(&world->server, w->n > 3 ? word(w, 3) : NULL);
	else if (str_eq(deed, "older-version") || str_eq(deed, "this-version"))
		user_upgrade(world, *deed == 'o');
	else if (str_eq(deed, "lose-keys"))
		user_lose_keys(world);
	else if (str_eq(deed, "admission-adds"))
		add_where(world, word(w, 3), option(w, "tolerate"));
	else if (str_eq(deed, "deny-choice"))
		world->server.deny_choice = w->n > 3 ? word(w, 3) : NULL;
	else if (str_eq(deed, "no-volumes-on"))
		world->server.no_volumes_on = w->n > 3 ? word(w, 3) : NULL;
	else if (str_eq(deed, "reads-fail") || str_eq(deed, "reads-work"))
		world->server.reads_fail = str_eq(deed, "reads-fail");
	else if (str_eq(deed, "drivers-fail") || str_eq(deed, "drivers-work"))
		world->server.drivers_fail = str_eq(deed, "drivers-fail");
	else if (str_eq(deed, "binder-stop") || str_eq(deed, "binder-start"))
		world->server.binder_stopped = str_eq(deed, "binder-stop");
	else if (str_eq(deed, "seats"))
		seats_set(&world->server.seats, (uint32_t)option_whole(w, "n", 0),
			  (uint32_t)option_whole(w, "queue", 0),
			  duration_ms(option(w, "takes"), 10));
	else if (str_eq(deed, "refuse-status"))
		world->server.status_refused = w->n > 3 ? word(w, 3) : NULL;
	else
		return false;
	return true;
}
