/* SPDX-License-Identifier: Apache-2.0 */
/* The model's RuntimeClasses, claims and volumes, as admission and kubelets see them. */
#pragma once

#include "test/sim/world/store.h"

/* One term: one of the values ("a,b") of the label. */
struct sel_terms needed_on(struct arena *a, const char *key, const char *values);
/* Whether the Node's labels match both parts. */
bool needed_admits(const struct needed *n, const struct version *node);
/* claim: NAMESPACE/NAME. NULL: there is none. */
const struct version *needed_claim(const struct store *s, const char *claim);
/* The volume of a claim ("namespace/name") that is bound to one that exists; NULL: none is. */
const struct needed *needed_volume(const struct store *s, const char *claim);
/* Nodes attach the volume: it is one of a CSI driver that does not say otherwise. */
bool needed_attached(const struct store *s, const struct needed *volume);
/* One node at a time may have the volume of the claim ("namespace/name"). */
bool needed_alone(const struct store *s, const char *claim);
/* … of some claim of the spec, so that no two of its members can run at once. */
bool needed_one_by_one(const struct store *s, const struct job_spec *spec);
/* The spec with the tolerations that its RuntimeClass adds to its pods, in a. */
struct job_spec needed_tolerating(struct arena *a, const struct store *s,
				  const struct job_spec *spec);
/* A volume for the claim can be made there, by whoever makes those of its class. */
bool needed_makes(const struct store *s, const struct needed *claim, const struct version *node);
/* A volume of its class that no claim has would do for the claim, and can be reached from the node;
 * it has been there since before that wall time. */
bool needed_is_there(const struct store *s, const struct needed *claim, const struct version *node,
		     int64_t wall_ms);
/* Whether a spec could run on the node as far as its RuntimeClass and its claims are concerned. */
bool needed_allows(const struct store *s, const struct job_spec *spec, const struct version *node);
/* The same, if its claims that wait for a first consumer get one. */
bool needed_could_allow(const struct store *s, const struct job_spec *spec,
			const struct version *node);
