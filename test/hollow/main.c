/* SPDX-License-Identifier: Apache-2.0 */
/* muster-hollow: see README.md. Leaves by _exit, as the agent does. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents.h"
#include "base/hash.h"
#include "base/mem.h"
#include "kubelets.h"
#include "link/link.h"
#include "os/process.h"
#include "os/random.h"

enum { TELL_MS = 200 };

struct hollow_cluster {
	struct hollow_options o;
	struct loop *loop;
	struct admin admin;
	struct identity *identities;
	struct agents *agents;
	struct kubelets *kubelets;
	int signals;
	char last[256]; /* the line that was printed last */
};

static void on_signal(void *self)
{
	const struct hollow_cluster *h = self;
	if (!process_signal_read(h->signals))
		return;
	fflush(NULL);
	_exit(0);
}

static void tell(struct hollow_cluster *h)
{
	AUTO(buf_done) struct buf b = BUF_INIT(sizeof h->last - 1);
	struct agents_counts n;
	agents_count(h->agents, &n);
	buf_printf(&b, "nodes=%u agents=%u connected=%u created=%llu failures=%llu pods=%u",
		   h->o.nodes, n.started, n.connected, (unsigned long long)n.created,
		   (unsigned long long)n.failures, kubelets_pods(h->kubelets));
	if (str_eq(buf_str(&b), h->last))
		return;
	memcpy(h->last, buf_str(&b), b.len + 1);
	puts(h->last);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static struct hollow_cluster h;
	struct err e = {0};
	hash_key_set(random_seed(), random_seed());
	hollow_options_get(argc, argv, &h.o);
	process_raise_limits();
	process_small_memory();
	h.signals = process_signals(); /* blocked in all threads */
	if (loop_new(&h.loop, &e) != RC_OK)
		hollow_refuse(e.msg);
	admin_init(&h.admin, h.loop, h.o.kubeconfig);
	loop_watch(h.loop, h.signals, &h, on_signal);
	json_object_seed(0); /* once, before there are threads */
	link_global_init();
	h.identities = mem_zalloc(h.o.nodes, sizeof *h.identities);
	joining_run(&h.admin, &h.o, h.identities);
	if (h.o.kubelets)
		h.kubelets = kubelets_start(&h.o);
	if (*h.o.coordinator)
		h.agents = agents_start(&h.o, &h.admin.cfg, h.identities);
	for (;;) {
		tell(&h);
		loop_wait(h.loop, loop_now_ms(h.loop) + TELL_MS);
		loop_run(h.loop);
	}
}
