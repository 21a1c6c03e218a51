/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod is to do, as its first container's command says. README.md has the words. */
#pragma once

#include <jansson.h>
#include <stdint.h>

enum command_kind { COMMAND_RUN, COMMAND_SLEEP, COMMAND_TERM, COMMAND_PULL, COMMAND_REFUSE };

struct command {
	enum command_kind kind;
	int64_t run_ms;    /* SLEEP */
	int exit_code;     /* SLEEP, TERM */
	const char *words; /* PULL, REFUSE: the reason, borrowed from the pod */
};

void command_of(const json_t *pod, struct command *ret);
