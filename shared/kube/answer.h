/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room, answer_rc apart: turns the server's answer into objects and a result for the
 * operation's sink. */
#pragma once

#include "kube/op.h"

/* What the status of an answer means; reason is that of its metav1.Status, or "". */
enum rc answer_rc(int http, const char *reason);
void op_answer_init(struct op *op);
/* Takes a piece of the answer. False: the operation is over (err and failed say why, or it is
 * dead). */
bool op_answer_take(struct op *op, int status, const char *data, size_t len);
/* Takes the end of the answer: passes the result to the sink unless the operation is dead, and
 * marks it dead. */
void op_answer_end(struct op *op, const struct http_result *hr);
