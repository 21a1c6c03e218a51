/* SPDX-License-Identifier: Apache-2.0 */
/* What the contract's two halves share: one server and one client for all cases. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rig.h"

extern struct rig rig;

#define NODES_MADE 5

/* write_test.c */
struct answer ask(const struct api_request *req); /* owned */
void expect(const struct answer *a, enum rc rc);  /* or fails with the answer's words */
void create_is_told_exists(void **state);
void status_patch_is_fenced(void **state);
void compute_node_status_is_written(void **state);
void apply_says_who_owns_what(void **state);
void delete_needs_the_uid(void **state);
void bad_objects_are_refused_in_words(void **state);
void lease_is_fenced(void **state);
void secret_round_trips(void **state);
void event_is_created_once(void **state);

/* member_test.c */
void tokens_are_reviewed(void **state);
void members_pods_are_accepted(void **state);
void unreadable_objects_stop_nobody(void **state);
