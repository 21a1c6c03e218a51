/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to a pod, as changes of its JSON. Each function changes a version that was cloned
 * and is not put yet; what the pod then says as a struct (version.pod) is decoded by shared/kube
 * when the version is put, and is not changed by hand. Times are wall ms and are kept in whole
 * seconds, as by Kubernetes. */
#pragma once

#include "test/sim/world/store.h"

bool pod_same_status(const struct version *a, const struct version *b);
void pod_set_phase(struct version *v, const char *phase);
/* status.reason and status.message. */
void pod_set_reason(struct version *v, const char *reason, const char *message);
/* reason and message may be NULL. since_ms: unless it says so already. */
void pod_set_condition(struct version *v, const char *type, bool is_true, const char *reason,
		       const char *message, int64_t since_ms);
/* DisruptionTarget: somebody is about to stop the pod. */
void pod_set_disrupted(struct version *v, const char *reason, const char *message, int64_t now_ms);

/* Its first container is to have so much cpu; the status tells what it has so far. */
void pod_desire_cpu(struct version *v, int64_t milli);
/* That is what its kubelet has promised it, and what its runtime was told. */
void pod_tell_cpu(struct version *v, int64_t milli);

/* ---- containers, by name ---- */

void pod_container_waits(struct version *v, const char *name, const char *reason,
			 const char *message);
/* started_ms: unless it runs already. */
void pod_container_runs(struct version *v, const char *name, bool ready, int64_t started_ms);
/* A sidecar: an init container that goes on. started: its startup probe has succeeded. */
void pod_sidecar_runs(struct version *v, const char *name, bool started, int64_t started_ms);
/* It started when it was said to run. */
void pod_container_ends(struct version *v, const char *name, int32_t exit_code, const char *reason,
			int64_t ended_ms);
/* What it wrote last, as its kubelet tells it when it has ended. NULL: nothing. */
void pod_container_says(struct version *v, const char *name, const char *words);
/* The same for all containers that run. */
void pod_running_end(struct version *v, int32_t exit_code, const char *reason, int64_t ended_ms);
