/* SPDX-License-Identifier: Apache-2.0 */
/* muster-coordinator. Leaves by _exit: nng's threads are never shut down. */
#include <unistd.h>

#include "base/hash.h"
#include "coordinator/program.h"
#include "os/logsink.h"
#include "os/process.h"
#include "os/random.h"

int main(int argc, char **argv)
{
	struct options options;
	struct logsink sink;
	struct program *program;
	struct err e = {.msg = ""};
	int status;
	process_small_memory();
	hash_key_set(random_seed(), random_seed());
	if (!options_read(argc, argv, &options, &status))
		return status;
	process_raise_limits();
	process_hide_memory();
	logsink_init(&sink, (enum log_level)options.log_level, options.log_json != 0);
	if (program_new(&options, &sink.log, &program, &e) != RC_OK) {
		log_error(&sink.log, "coordinator not started", KS("error", e.msg));
		_exit(1);
	}
	while (program_turn(program, &status))
		;
	log_info(&sink.log, "coordinator stopped", KI("status", status));
	_exit(status);
}
