/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: JSON of the API server to structs of model. Strings point into the tree, the
 * rest is in the arena; both live for the call. What is missing or of a wrong type is as if absent:
 * the API server's schemas have checked it; only what makes an object useless is RC_MALFORMED. */
#pragma once

#include "kube/js.h"
#include "sync/api.h"

struct decoded { /* room for whatever kind it is */
	struct api_object object;
	struct job job;
	struct cnode cnode;
	struct node node;
	struct pod pod;
	struct lease lease;
	struct keyed_data data;
	struct token_identity token;
	struct meta meta;
};

enum rc decode_object(enum api_kind kind, const json_t *o, const char *default_image,
		      struct arena *a, struct decoded *ret, struct err *e) must_use;
void decode_meta(struct arena *a, const json_t *o, struct meta *ret);
struct cond *decode_conds(struct arena *a, const json_t *array, uint32_t *ret_n);
/* decode_job.c */
void decode_job(struct arena *a, const json_t *o, const char *default_image, struct job *ret);
const struct toleration *decode_tolerations(struct arena *a, const json_t *array, uint32_t *ret_n);
enum taint_effect decode_effect(const char *s);
/* decode_pod.c */
void decode_pod(struct arena *a, const json_t *o, struct pod *ret);
/* What the scheduler counts for a pod spec: containers summed (a limit stands in for a missing
 * request), sidecars added, the largest init container, overhead. Rule: resource helpers of
 * component-helpers, KEP-753 (sidecars), KEP-2837 (pod-level resources). */
struct reslist decode_requests(struct arena *a, const json_t *pod_spec);
/* pod_plain.c: whether the pod carries anybody's credentials or rights. */
bool pod_carries_credentials(const json_t *pod);
/* pod.c: fills what runs of spec: template hash and text, requests, credentials, invalid. */
void pod_template(struct arena *a, const json_t *job_spec, const char *default_image,
		  struct job_spec *spec);
