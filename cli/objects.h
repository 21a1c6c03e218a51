/* SPDX-License-Identifier: Apache-2.0 */
/* Objects for programs: -o json, yaml and name. A list is written object by object as v1 List, so
 * that no list is kept; the field metadata.managedFields is left out, as by kubectl. */
#pragma once

#include "cli/session.h"

enum format { FORMAT_TABLE, FORMAT_WIDE, FORMAT_JSON, FORMAT_YAML, FORMAT_NAME };

/* What -o says. RC_BADREQUEST. */
enum rc format_of(const struct session *s, enum format *ret, struct err *e) must_use;
static inline bool format_is_table(enum format f)
{
	return f == FORMAT_TABLE || f == FORMAT_WIDE;
}

/* One object, or a value of our own, with a newline. name: as "computejob.muster.dev", for
 * FORMAT_NAME. */
void object_print(struct session *s, enum format f, const char *name, json_t *o);

struct objects {
	struct session *session;
	enum format format;
	const char *name;
	uint64_t n;
};

void objects_begin(struct objects *l, struct session *s, enum format f, const char *name);
/* False: nobody reads any more. */
bool objects_add(struct objects *l, json_t *o);
void objects_end(struct objects *l);
/* The name in a word that names a job: TYPE/NAME too, as kubectl writes it and -o name prints it.
 */
const char *job_word(const char *word);
