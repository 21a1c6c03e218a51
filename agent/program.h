/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's program: the real API server, link, clocks and files around one struct agent. One
 * thread, one loop; lives as long as the process. */
#pragma once

#include "agent/agent.h"
#include "agent/options.h"
#include "agent/token.h"
#include "agent/trust.h"
#include "kube/kube.h"
#include "link/link.h"
#include "net/loop.h"
#include "os/logsink.h"
#include "serve/serve.h"

struct program {
	struct agent_options opts;
	struct logsink sink;
	const struct log *log;
	struct loop *loop;
	struct kube *kube;
	struct link_dialer *dialer;
	struct metrics *metrics;
	struct serve *serve;
	struct agent *agent;
	bool started;
	struct token_source token;
	struct trust trust;
	int signals;
	int stop; /* the signal that ends the program, or 0 */
	int64_t serve_due_ms;
};

/* Puts everything together; what it needs and does not find is RC_CONFIG or RC_IO with the reason.
 */
enum rc program_start(struct program *p, struct err *e) must_use;
/* Turns until a signal; gives the signal. */
int program_run(struct program *p);
