/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/cluster/cluster.h"

#include <stdlib.h>

#include "base/mem.h"

struct machine *cluster_machine(struct cluster *cl, const char *name)
{
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		if (str_eq(cl->machine[i].name, name))
			return &cl->machine[i];
	}
	return NULL;
}

bool machine_absent(const struct machine *m)
{
	return m->down || m->kubelet_down || m->cut_until_ms > m->cluster->world.clock.now_ms;
}

bool cluster_gone(const struct cluster *cl, const char *node)
{
	const struct machine *m = cluster_machine((struct cluster *)(uintptr_t)cl, node);
	return m && m->gone;
}

bool cluster_any_gone(const struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		if (cl->machine[i].gone)
			return true;
	}
	return false;
}

bool cluster_agentless(const struct cluster *cl, const char *node)
{
	const struct machine *m = cluster_machine((struct cluster *)(uintptr_t)cl, node);
	return m && m->agentless;
}

struct proc *cluster_proc(struct cluster *cl, const char *name)
{
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		if (str_eq(cl->coordinator[i].host.name, name))
			return &cl->coordinator[i];
	}
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		if (str_eq(cl->machine[i].agent.host.name, name))
			return &cl->machine[i].agent;
	}
	return NULL;
}

struct tally *cluster_tally(struct cluster *cl, const char *uid, const char *index)
{
	AUTO(buf_done) struct buf key = BUF_INIT(sizeof(((struct tally *)0)->key) - 1);
	struct tally *t;
	buf_printf(&key, "%s/%s", uid, index);
	must(buf_rc(&key) == RC_OK);
	HASH_FIND(hh, cl->tallies, key.data, key.len, t);
	if (t)
		return t;
	t = mem_zalloc(1, sizeof *t);
	for (size_t i = 0; i < key.len; i++)
		t->key[i] = key.data[i];
	HASH_ADD_KEYPTR(hh, cl->tallies, t->key, key.len, t);
	return t;
}

void cluster_tallies_free(struct cluster *cl)
{
	struct tally *t, *tmp;
	HASH_ITER (hh, cl->tallies, t, tmp) {
		HASH_DEL(cl->tallies, t);
		free(t);
	}
}
