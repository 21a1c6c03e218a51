/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/cluster/config.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "test/sim/cluster/kubelet.h"

const char cluster_service[] = "muster-coordinator.muster.svc:7117";

/* Stories, whose seed is 1, and a third of the seeds have the defaults; the others short times. */
static void set_holds(struct core_config *cfg, uint64_t seed)
{
	if (seed % 3 != 1) {
		cfg->pass_limit_ms = 5000 * (int64_t)(seed % 7);
		cfg->max_hold_ms = 15000 * (int64_t)(seed % 5);
	}
	cfg->namespace_holds = seed % 16 == 15 ? 0 : seed % 8 == 3 ? 2 : 1;
}

/* Each key is another one; which one it is changes nothing. */
static void next_key(void *ret, size_t len)
{
	static unsigned char keys;
	memset(ret, ++keys, len);
}

/* The model's tokens are no JWTs: the API server is asked about each, but not about one that it has
 * just refused. */
static enum reject look(const char *token, const char *username, const char *node,
			char ret_print[TOKEN_PRINT_BYTES], const char **ret_why)
{
	AUTO(buf_done) struct buf text = BUF_INIT(TOKEN_PRINT_BYTES - 1);
	(void)username, (void)node, (void)ret_why;
	buf_printf(&text, "%016" PRIx64, hash_str(0, token));
	memcpy(ret_print, buf_str(&text), text.len + 1);
	return REJECT_NONE;
}

struct coordinator_config cluster_coordinator_config(const struct cluster *cl)
{
	struct core_config core = core_config_usual();
	set_holds(&core, cl->cfg.seed);
	core.step_jobs = cl->cfg.seed % 4 ? 0 : 1 + (uint32_t)(cl->cfg.seed / 4 % 3);
	core.creates_initial = cl->cfg.seed % 5 ? 0 : 1 + (uint32_t)(cl->cfg.seed / 5 % 4);
	core.ask_admission = true;
	return (struct coordinator_config){
		.core = core,
		.namespace = "muster",
		.lease = "muster-coordinator",
		.lease_duration_ms = 15000,
		.renew_deadline_ms = 10000,
		.retry_period_ms = 2000,
		.agent_username = "system:serviceaccount:muster:muster-agent",
		.heartbeat_ms = 2000,
		.order_secret = cl->world.older_version ? NULL : ORDER_KEYS,
		.token_look = look,
		.random = next_key,
	};
}

/* The projected token; the kubelet renews it when a fifth of its life is left. */
static const char *token(void *self)
{
	struct proc *p = self;
	struct cluster *cl = p->cluster;
	int64_t life_ms = cl->cfg.token_ms, now = server_wall(&cl->world.server);
	if (life_ms && kubelet_renews(cluster_machine(cl, p->host.node)) &&
	    p->token_until_ms - now < life_ms / 5)
		p->token_until_ms = now + life_ms;
	buf_reset(&p->token);
	buf_printf(&p->token, "token %s", p->host.node);
	if (p->token_until_ms)
		buf_printf(&p->token, " %" PRId64, p->token_until_ms);
	return buf_str(&p->token);
}

struct agent_config cluster_agent_config(const struct cluster *cl, struct proc *p)
{
	const struct version *node =
		store_find(&cl->world.server.store, API_NODE, NULL, p->host.node);
	return (struct agent_config){.node = p->host.node,
				     .boot_id = node ? node->node.boot_id : "boot",
				     .version = "0.1.0",
				     .coordinator = cluster_service,
				     .launch = true,
				     .self = p,
				     .token = token};
}
