/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that change something. */
#pragma once

#include "cli/session.h"

#define ANNOTATION_DRAIN_REASON "muster.dev/drain-reason" /* of a ComputeNode */

enum rc submit_run(struct session *s,
		   struct err *e) must_use; /* jobs from YAML, JSON or a script */
enum rc cancel_run(struct session *s, struct err *e) must_use;  /* deletes jobs */
enum rc hold_run(struct session *s, struct err *e) must_use;    /* spec.suspend: true */
enum rc release_run(struct session *s, struct err *e) must_use; /* spec.suspend: false */
enum rc drain_run(struct session *s, struct err *e) must_use;   /* cordons ComputeNodes */
enum rc resume_run(struct session *s, struct err *e) must_use;
