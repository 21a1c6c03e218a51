/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/believed.h"

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/old_pods.h"
#include "coordinator/core/state/unproven.h"

/* The attempt is known to be on this node, and the pod is the one that was seen first: a pod that
 * is made again under its name is another. */
static bool is_known(const struct node_record *n, const struct attempt *a, const struct member *m)
{
	return a && a->node == n &&
	       (!attempt_seen(a) || !*str_or_empty(m->pod_uid) || str_eq(a->pod_uid, m->pod_uid));
}

bool member_believed(const struct core *c, const struct node_record *n, const struct job_record *j,
		     const struct attempt *a, const struct member *m)
{
	if (!c->cfg.proofs || m->proven == PROOF_VALID || is_known(n, a, m))
		return true;
	return m->proven == PROOF_OLD && j && old_pods_agree(j, n->name, m);
}

static bool takes_room(const struct member *m)
{
	return m->phase != MEMBER_NONE && !member_phase_final(m->phase) &&
	       *str_or_empty(m->pod_uid);
}

void member_doubted(struct core *c, struct node_record *n, const struct member *m, bool by_list)
{
	bool news = true;
	if (takes_room(m))
		news = unproven_seen(c, n, m);
	else
		unproven_forget(c, n, str_or_empty(m->pod_uid));
	if (by_list || !news || !*str_or_empty(m->pod_uid))
		return;
	c->stats.unordered_reports++;
	unproven_claimed(c, n);
}

void job_tell_old(struct core *c, struct job_record *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX);
	uint32_t n = j->members.nold_pods;
	if (!n)
		return;
	log_info(c->log, "pods without a proof adopted", KS("job", j->key), KI("pods", n));
	buf_printf(&b,
		   "%u %s from before orders were proven, or of a lost key: the job's status has "
		   "%s, so %s",
		   n, n == 1 ? "pod is" : "pods are", n == 1 ? "it" : "them",
		   n == 1 ? "it is a member" : "they are its members");
	event_job(c, j, R_PodsAdopted, buf_str(&b));
}
