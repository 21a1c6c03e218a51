/* SPDX-License-Identifier: Apache-2.0 */
/* muster-agent. Leaves by _exit: the link's threads are never shut down (docs/design/protocol.md),
 * and the kernel closes the connection, which the coordinator takes for what it is. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/program.h"
#include "base/hash.h"
#include "os/random.h"

static void leave(int status)
{
	fflush(NULL);
	_exit(status);
}

int main(int argc, char **argv)
{
	static struct program p; /* lives as long as the process */
	struct err e = {0};
	hash_key_set(random_seed(), random_seed());
	agent_options_get(argc, argv, &p.opts);
	logsink_init(&p.sink, p.opts.level, p.opts.json);
	p.log = &p.sink.log;
	if (program_start(&p, &e) != RC_OK) {
		log_error(p.log, "agent not started", KS("error", e.msg));
		leave(1);
	}
	int sig = program_run(&p);
	log_info(p.log, "agent stopped", KS("signal", strsignal(sig)));
	leave(0);
}
