/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <stdlib.h>

#include "base/mem.h"

static const char *word(const json_t *words, size_t i, const char *fallback)
{
	const char *s = json_string_value(json_array_get(words, i));
	return s ? s : fallback;
}

void command_of(const json_t *pod, struct command *ret)
{
	const json_t *containers = json_object_get(json_object_get(pod, "spec"), "containers");
	const json_t *words = json_object_get(json_array_get(containers, 0), "command");
	const char *name = word(words, 0, "forever");
	*ret = (struct command){.kind = COMMAND_RUN};
	if (str_eq(name, "sleep")) {
		ret->kind = COMMAND_SLEEP;
		ret->run_ms = (int64_t)(strtod(word(words, 1, "0"), NULL) * 1000);
	} else if (str_eq(name, "exit") || str_eq(name, "term")) {
		ret->kind = str_eq(name, "exit") ? COMMAND_SLEEP : COMMAND_TERM;
		ret->exit_code = (int)strtoll(word(words, 1, "0"), NULL, 10);
	} else if (str_eq(name, "pull")) {
		ret->kind = COMMAND_PULL;
		ret->words = word(words, 1, "ErrImagePull");
	} else if (str_eq(name, "refuse")) {
		ret->kind = COMMAND_REFUSE;
		ret->words = word(words, 1, "OutOfcpu");
	}
}
