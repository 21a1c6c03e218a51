/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that read. */
#pragma once

#include "cli/session.h"

enum rc queue_run(struct session *s, struct err *e) must_use;   /* jobs, as squeue */
enum rc top_run(struct session *s, struct err *e) must_use;     /* what nodes and jobs use */
enum rc explain_run(struct session *s, struct err *e) must_use; /* one job, and why it is so */
