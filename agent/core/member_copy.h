/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of members: an event only lends its strings, a report needs them later. Messages are cut
 * to 512 bytes and requests to 32 resources, since a page of members must fit one frame. */
#pragma once

#include "model/member.h"

struct member_copy {
	struct member m; /* its strings are in text, its requests in res, its ports its own */
	char *text;
	struct res *res;
};

struct member_copy *member_copy_new(const struct member *m);
struct member_copy *member_copy_free(struct member_copy *c); /* NULL in, NULL out */
/* Whether a copy of m would say the same as c. */
bool member_copy_same(const struct member_copy *c, const struct member *m);

/* Copies n strings into one block, which the caller owns, and points *v[i] there. NULL becomes "".
 */
char *strings_copy(const char **const *v, size_t n);
