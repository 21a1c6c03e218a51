/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator as a program: the real API server, link, certificates and HTTP server put around
 * struct coordinator. One thread; program_turn is one turn of the loop. */
#pragma once

#include "base/log.h"
#include "coordinator/options.h"

struct program;

enum rc program_new(const struct options *o, const struct log *log, struct program **ret,
		    struct err *e) must_use;
/* Waits and works once; false: it is over and *ret_exit is the exit status. */
bool program_turn(struct program *p, int *ret_exit);
