/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what is asked of each pod that comes to be, and which attempts ever had
 * one. */
#pragma once

#include "test/sim/checks/record.h"

void check_born(struct checks *c, const struct version *pod);
void check_ended(struct checks *c, const struct version *pod); /* or it changed otherwise */
void check_gone(struct checks *c, const struct version *pod);
/* A leader places the attempt. */
void check_note_given(struct checks *c, const char *uid, uint32_t index, uint32_t attempt);
bool check_ever_made(struct checks *c, const char *uid); /* a pod of the job */
/* The pod of this attempt was created. */
bool check_made(const struct checks *c, const char *uid, uint32_t index, uint32_t attempt);
/* The pod of the attempt came to be and is gone, so that another create of it, sent before, makes a
 * pod that nobody counts. */
bool check_made_and_gone(const struct checks *c, const struct pod_create *p);
/* Its create was carried out lately, when nobody waited for its answer any more. */
bool check_came_late(struct checks *c, const struct version *pod);
bool check_made_since(struct checks *c, const char *uid, int64_t ms);
/* An attempt of the index succeeded before anybody asked it to stop. */
bool check_index_earned(const struct checks *c, const char *uid, uint32_t index);
bool check_index_made(struct checks *c, const char *uid, uint32_t index); /* it ever had a pod */
uint32_t check_indexes_made(struct checks *c, const char *uid);    /* of how many a pod was made */
bool check_gone_lately(struct checks *c, const char *uid);         /* a pod of the job */
bool check_succeeded(struct checks *c, const struct version *pod); /* any attempt, ever */
