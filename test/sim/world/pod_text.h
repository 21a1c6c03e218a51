/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a template (template.h) become the spec of a ComputeJob that says the same, and that
 * becomes the text of a pod as in the programs (pod_template). Each is made once. */
#pragma once

#include "base/arena.h"

struct pod_texts {
	struct arena arena;
	struct pod_text *all;
};

void pod_texts_init(struct pod_texts *l);
void pod_texts_done(struct pod_texts *l);
/* As JSON; lives as long as the texts. */
const char *pod_text(struct pod_texts *l, const char *words);
