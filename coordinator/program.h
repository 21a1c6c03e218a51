/* SPDX-License-Identifier: Apache-2.0 */
/* The program: struct coordinator with the real API server, link, certificates and HTTP server.
 * One thread; program_turn is one turn of the loop. */
#pragma once

#include "base/log.h"
#include "coordinator/options.h"

struct program;

enum rc program_new(const struct options *o, const struct log *log, struct program **ret,
		    struct err *e) must_use;
/* Waits, then works for one turn. False: the program ends with *ret_exit. */
bool program_turn(struct program *p, int *ret_exit);
