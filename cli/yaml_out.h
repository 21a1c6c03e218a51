/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values as YAML, in kubectl's form: block style, items of a list not indented, texts of
 * several lines as they are. What a reader could take for another type is quoted. */
#pragma once

#include <jansson.h>

#include "base/buf.h"

/* Appends the value, each line indented by so many blanks, with its newline. */
void yaml_put(struct buf *out, const json_t *v, int indent);
