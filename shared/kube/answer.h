/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: what the server answers, to objects and results for the operation's sink. */
#pragma once

#include "kube/op.h"

void op_answer_init(struct op *op);
/* A piece of the answer; false: the operation is over (err and failed say why, or it is dead). */
bool op_answer_take(struct op *op, int status, const char *data, size_t len);
/* The end: the result goes to the sink, if the operation is not dead by now. It is dead after. */
void op_answer_end(struct op *op, const struct http_result *hr);
