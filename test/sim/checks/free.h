/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what a node has free, by the pods that there are. */
#pragma once

#include "test/sim/checks/record.h"

struct mind;

/* Now; with what has ended lately; if there were no pods. */
enum room { ROOM_NOW, ROOM_BEFORE, ROOM_EMPTY };

/* A pod came, ended or went, or is about to: its node has room for another thing than before. */
void check_note_room(struct checks *c, const struct version *pod);
void check_note_room_of(struct checks *c, const char *node);
bool check_room_changed(struct checks *c, const char *node); /* so lately that it may be unknown */
uint32_t check_lately_ended(const struct checks *c, const char *node); /* pods, as lately */

/* The node has so much of the resource for members. */
bool check_holds(struct checks *c, const struct version *node, const struct version *compute_node,
		 const char *res, int64_t asked, enum room when);
/* No pod has a host port of the spec there. Pods of others keep their ports, as long as anybody
 * knows; members end. */
bool check_ports_free(const struct checks *c, const struct job_spec *s, const char *node,
		      enum room when);
/* With a member of the job the node has, of all that it takes of, what a member of the other needs.
 */
bool check_room_beside(struct checks *c, struct mind *m, const char *on, const struct version *job,
		       const struct version *other);
