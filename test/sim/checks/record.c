/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitset.h"
#include "base/mem.h"
#include "model/selector.h"
#include "refmatch.h"
#include "test/sim/cluster/lifecycle.h"
#include "test/sim/cluster/taints.h"

bool check_live(const struct version *v)
{
	return !pod_ended(v) && !v->meta.deleted_ms;
}

const char *check_label(const struct version *v, const char *key)
{
	return str_or_empty(kvs_get(&v->meta.labels, key));
}

bool check_owned(const struct version *pod, const struct version *job)
{
	return str_eq(pod->meta.owner_uid, job->meta.uid) && str_eq(pod->meta.ns, job->meta.ns);
}

bool check_same_index(const struct version *a, const struct version *b)
{
	return a != b && !a->forged && !b->forged && str_eq(a->meta.owner_uid, b->meta.owner_uid) &&
	       str_eq(check_label(a, LABEL_INDEX), check_label(b, LABEL_INDEX));
}

bool check_broken(struct checks *c, const char *node)
{
	const struct machine *m = cluster_machine(c->cluster, node);
	return !m || m->down || m->kubelet_down ||
	       c->world->clock.now_ms < m->faulty_ms + FAULTY_MS;
}

bool check_faulty(struct checks *c, const char *node)
{
	const struct machine *m = cluster_machine(c->cluster, node);
	return check_broken(c, node) || machine_given_up(m) ||
	       c->world->clock.now_ms < m->unheard_ms + FAULTY_MS;
}

bool check_status_refused(const struct checks *c, const char *job)
{
	const struct server *s = &c->world->server;
	uint32_t i = 0;
	while (i < s->nrefusals && !str_eq(s->refusals[i].job, job))
		i++;
	return (s->status_refused && str_eq(s->status_refused, job)) ||
	       (i < s->nrefusals && c->world->clock.now_ms < s->refusals[i].ms + REFUSED_MS);
}

/* Whoever deletes a Node says that nothing runs there any more; a leader may hear of it late. */
bool check_node_went(struct checks *c, const char *node)
{
	const struct cluster *cl = c->cluster;
	const struct machine *m = cluster_machine(c->cluster, node);
	const struct version *v = store_find(&c->world->server.store, API_NODE, NULL, node);
	return !m || (v && taint_out_of_service(v)) ||
	       cl->world.clock.now_ms < m->unregistered_ms + FAULTY_MS ||
	       (m->unregistered_ms + FAULTY_MS > cl->deaf_from_ms &&
		cl->world.clock.now_ms < cl->deaf_until_ms + FAULTY_MS);
}

/* As a kubelet's admission leaves it; which it was, its words tell. */
bool check_pod_refused(const struct version *pod)
{
	return pod->pod.phase == POD_FAILED && !pod->pod.started && !pod->pod.disruption_target &&
	       *str_or_empty(pod->pod.reason);
}

void check_indexes_over(const struct version *job, struct bitset *ret)
{
	AUTO(bitset_done) struct bitset failed = {0};
	(void)ref_indexes(ret, str_or_empty(job->job.status.completed), COMPLETIONS_MAX);
	(void)ref_indexes(&failed, str_or_empty(job->job.status.failed_indexes), COMPLETIONS_MAX);
	bitset_or(ret, &failed);
}

bool check_index_failed(const struct version *job, uint32_t index)
{
	AUTO(bitset_done) struct bitset failed = {0};
	return ref_indexes(&failed, str_or_empty(job->job.status.failed_indexes),
			   COMPLETIONS_MAX) &&
	       bitset_has(&failed, index);
}

bool check_index_completed(const struct version *job, const struct version *pod)
{
	struct bitset done = {0};
	bool has = ref_indexes(&done, str_or_empty(job->job.status.completed), COMPLETIONS_MAX) &&
		   bitset_has(&done, (uint32_t)strtoul(check_label(pod, LABEL_INDEX), NULL, 10));
	bitset_done(&done);
	return has;
}

/* Younger than what a program must know; or said while a leader heard nothing. */
bool check_changed_lately(struct checks *c, const char *name)
{
	const struct cluster *cl = c->cluster;
	struct changed *h;
	HASH_FIND_STR(c->changed, name, h);
	return h && (cl->world.clock.now_ms < h->at_ms + KNOWING_MS ||
		     (h->at_ms + KNOWING_MS > cl->deaf_from_ms &&
		      cl->world.clock.now_ms < cl->deaf_until_ms + KNOWING_MS));
}

int64_t check_changed_at(struct checks *c, const char *name)
{
	struct changed *h;
	HASH_FIND_STR(c->changed, name, h);
	return h ? h->at_ms : INT64_MIN;
}

void check_note_changed(struct checks *c, const char *name)
{
	struct changed *h;
	HASH_FIND_STR(c->changed, name, h);
	if (!h) {
		h = mem_zalloc(1, sizeof *h);
		h->name = mem_strdup(name);
		HASH_ADD_KEYPTR(hh, c->changed, h->name, strlen(h->name), h);
	}
	h->at_ms = c->world->clock.now_ms;
}

int64_t check_placed_at(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	buf_printf(&key, "%s/%s/%s", pod->meta.owner_uid, check_label(pod, LABEL_INDEX),
		   check_label(pod, LABEL_ATTEMPT));
	return check_changed_at(c, buf_str(&key));
}

bool check_lists(const struct reslist *l, const char *res)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i].name, res))
			return true;
	}
	return false;
}

bool check_same_kvs(const struct kvs *a, const struct kvs *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		if (!str_eq(kvs_get(b, a->v[i].key), a->v[i].val))
			return false;
	}
	return a->n == b->n;
}

bool check_final(enum job_state s)
{
	return s == JOB_COMPLETED || s == JOB_FAILED;
}

/* A create of the previous leader, of its own or through an agent, may arrive late: nothing fences
 * it. */
bool check_led_lately(const struct checks *c)
{
	return c->world->clock.now_ms < c->led_ms + KNOWING_MS;
}
