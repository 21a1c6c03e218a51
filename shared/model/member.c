/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod tells about an attempt. Which ends are the member's own fault (charged) and which are
 * not follows batch/v1's pod failure policy: condition DisruptionTarget (KEP-3329) covers eviction,
 * preemption, taint manager, pod garbage collection and node shutdown; a kubelet that does not
 * admit a pod sets phase Failed with a reason and never starts a container. */
#include "model/member.h"

#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "model/selector.h"

void member_pod_name(const char *job, const char *job_uid, uint32_t index, uint32_t attempt,
		     char ret[POD_NAME_BYTES])
{
	enum { SUFFIX = 5, DIGITS_MAX = 10 };
	char digits[DIGITS_MAX];
	size_t len = strlen(job), ndigits = 0;
	uint64_t h = hash_str(0, job_uid);
	h = hash_u64(h, index);
	h = hash_u64(h, attempt);
	do {
		digits[ndigits++] = (char)('0' + index % 10);
	} while ((index /= 10));
	must(len + ndigits + SUFFIX + 3 <= POD_NAME_BYTES);
	memcpy(ret, job, len);
	ret[len++] = '-';
	while (ndigits)
		ret[len++] = digits[--ndigits];
	ret[len++] = '-';
	hash_name(h, ret + len, SUFFIX);
}

bool member_same_run(const char *hash_a, const char *hash_b)
{
	size_t n = strcspn(hash_a, "-");
	return n == strcspn(hash_b, "-") && !strncmp(hash_a, hash_b, n);
}

/* A decimal label of at most max, without sign or leading zeros. */
static bool label_number(const struct kvs *labels, const char *key, uint32_t max, uint32_t *ret)
{
	const char *s = kvs_get(labels, key);
	uint64_t n = 0;
	size_t len = s ? strspn(s, "0123456789") : 0;
	if (!len || len > 10 || s[len] || (s[0] == '0' && s[1]))
		return false;
	for (; *s; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	*ret = (uint32_t)n;
	return n <= max;
}

static bool is_one_of(const char *s, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(s, v[i]))
			return true;
	}
	return false;
}

/* Reasons with which the kubelet ends a pod for the node's sake. Kubelets since 1.26 set the
 * condition DisruptionTarget, too. */
static bool reason_is_disruption(const char *reason)
{
	static const char *const v[] = {"NodeShutdown", "Terminated", "NodeLost", "Preempting",
					"Shutdown"};
	return is_one_of(reason, v, ARRAY_LEN(v));
}

bool member_refused_for_shape(const char *reason)
{
	static const char *const v[] = {"SysctlForbidden",
					"AppArmor",
					"PodOSNotSupported",
					"PodOSSelectorNodeLabelDoesNotMatch",
					"InitContainerRestartPolicyForbidden",
					"SupplementalGroupsPolicyNotSupported",
					"PodLevelResourcesNotSupported",
					"PodFeatureUnsupported"};
	return is_one_of(reason, v, ARRAY_LEN(v));
}

/* Failed at admission, as the kubelet's rejectPod says it: a reason at pod level, and neither a
 * container that ever started nor the condition DisruptionTarget. The reason itself does not tell:
 * a kubelet under pressure refuses with Evicted, too, and a startTime is set in any case. */
static bool refused(const struct pod *p)
{
	return !p->disruption_target && !p->started && p->exit_code == 0 &&
	       *str_or_empty(p->reason) && !str_eq(p->reason, "DeadlineExceeded");
}

/* The kubelet evicts for two causes. For the node's sake it says DisruptionTarget. A pod that is
 * above a limit of its own (sizeLimit of an emptyDir, ephemeral-storage of a container or of the
 * pod) has failed, and has no such condition (localStorageEviction of its eviction manager). */
static bool evicted_for_own_fault(const struct pod *p)
{
	return str_eq(p->reason, "Evicted") && !p->disruption_target;
}

/* After a reboot nobody knows how the containers of the boot before ended, and the kubelet and its
 * runtime say so: exit 255 with reason Unknown, or ContainerStatusUnknown. A program that returns
 * 255 by itself has reason Error. */
static bool rebooted(const struct pod *p)
{
	return (p->exit_code == 255 && str_eq(p->terminated_reason, "Unknown")) ||
	       str_eq(p->terminated_reason, "ContainerStatusUnknown");
}

/* Whether the work had ended when somebody asked the pod to stop. The kubelet tells whole seconds
 * and by its own clock: in doubt (the same second, no time told, a clock that is seen to lag behind
 * the API server's) it had not, since work that runs again is better than work that never does. */
static bool ended_before(const struct pod *p, int64_t asked_ms)
{
	bool lags =
		p->started_ms / 1000 < p->meta.created_ms / 1000 || p->finished_ms < p->started_ms;
	return p->finished_ms && !lags && p->finished_ms / 1000 < asked_ms / 1000;
}

/* A program that catches SIGTERM ends with 0 as one does that is done. */
static bool asked_to_stop(const struct pod *p)
{
	return (p->meta.deleted_ms && !ended_before(p, p->meta.delete_asked_ms)) ||
	       (p->disruption_target && !ended_before(p, p->disruption_ms));
}

static enum member_phase failed_phase(const struct pod *p)
{
	if (refused(p))
		return MEMBER_REFUSED;
	/* How its containers ended follows from the deletion of the pod, if it is being deleted. */
	if (p->disruption_target || p->meta.deleted_ms)
		return MEMBER_DISRUPTED;
	/* After an eviction the container is often gone before its end was noticed, as after a
	 * reboot: the eviction is the cause. */
	if (evicted_for_own_fault(p))
		return MEMBER_FAILED;
	return reason_is_disruption(p->reason) || rebooted(p) ? MEMBER_DISRUPTED : MEMBER_FAILED;
}

static enum member_phase phase_of(const struct pod *p)
{
	switch (p->phase) {
	case POD_SUCCEEDED: return asked_to_stop(p) ? MEMBER_DISRUPTED : MEMBER_SUCCEEDED;
	case POD_FAILED: return failed_phase(p);
	case POD_PENDING:
	case POD_RUNNING:
	case POD_UNKNOWN: break;
	}
	return p->working ? MEMBER_RUNNING : MEMBER_PENDING;
}

bool wait_is_usual(const char *reason)
{
	return !*str_or_empty(reason) || str_eq(reason, "ContainerCreating") ||
	       str_eq(reason, "PodInitializing") || str_eq(reason, WAIT_SIDECAR);
}

/* The best explanation in the pod of why it waits or ended. */
static void words_of(const struct pod *p, struct member *m)
{
	if (p->disruption_target && member_phase_final(m->phase)) {
		m->reason = p->disruption_reason;
		m->message = p->disruption_message;
	} else if (*str_or_empty(p->reason)) {
		m->reason = p->reason;
		m->message = p->message;
	} else if (member_phase_final(m->phase) && *str_or_empty(p->terminated_reason)) {
		m->reason = p->terminated_reason;
		m->message = p->terminated_message;
	} else if (p->phase == POD_SUCCEEDED && m->phase == MEMBER_DISRUPTED) {
		m->reason = "Deleted";
		m->message = "It ended with 0 after it had been asked to stop";
	} else {
		m->reason = p->waiting_reason;
		m->message = p->waiting_message;
	}
}

/* Whoever may create a pod writes its owner as he likes. What no ComputeJob has, and what no frame
 * to the coordinator would take, makes no member. */
static bool owned_by_job(const struct meta *m)
{
	const char *name = str_or_empty(m->owner_name), *uid = str_or_empty(m->owner_uid);
	return str_eq(m->owner_kind, KIND_JOB_NAME) && *uid && strlen(uid) <= UID_MAX &&
	       strlen(name) <= JOB_NAME_MAX;
}

bool member_of_pod(const struct pod *pod, struct member *ret)
{
	const struct meta *meta = &pod->meta;
	struct member m = {
		.ns = meta->ns,
		.job_name = meta->owner_name,
		.job_uid = meta->owner_uid,
		.pod = meta->name,
		.pod_uid = meta->uid,
		.node = pod->node,
		.template_hash = str_or_empty(kvs_get(&meta->labels, LABEL_TEMPLATE)),
		.ready = pod->ready,
		.deleting = meta->deleted_ms != 0,
		.exit_code = pod->exit_code,
		.started_ms = pod->started_ms,
		.ended_ms = pod->ended_ms,
		.requests = pod->requests,
		.ports = pod->ports,
		.created_ms = meta->created_ms,
		.proof = str_or_empty(pod->proof),
	};
	if (!owned_by_job(meta) ||
	    !label_number(&meta->labels, LABEL_INDEX, COMPLETIONS_MAX - 1, &m.index) ||
	    !label_number(&meta->labels, LABEL_ATTEMPT, ATTEMPT_MAX, &m.attempt))
		return false;
	m.phase = phase_of(pod);
	words_of(pod, &m);
	m.reason = str_or_empty(m.reason);
	m.message = str_or_empty(m.message);
	*ret = m;
	return true;
}
