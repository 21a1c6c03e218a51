/* SPDX-License-Identifier: Apache-2.0 */
/* The statuses that a kubelet writes, as merge patches that name the pod's UID. */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* The names of the containers of a pod, to be kept. */
json_t *pod_status_containers(const json_t *pod);
json_t *pod_status_running(const char *uid, const json_t *containers, int64_t wall_ms);
json_t *pod_status_waiting(const char *uid, const json_t *containers, const char *reason);
json_t *pod_status_ended(const char *uid, const json_t *containers, int exit_code, int64_t began_ms,
			 int64_t wall_ms);
json_t *pod_status_refused(const char *uid, const char *reason);
