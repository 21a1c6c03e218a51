/* SPDX-License-Identifier: Apache-2.0 */
/* Node selector terms in serial form, as records keep them, and the nodes that match them. */
#pragma once

#include "coordinator/core/state/tables.h"

struct reader {
	const char *p;
};

uint32_t get_u32(struct reader *r);
const char *get_str(struct reader *r);
void put_u32(struct buf *b, uint32_t v);
void put_str(struct buf *b, const char *s); /* NULL is "" */

void terms_put(struct buf *b, const struct sel_term *terms, uint32_t n);
/* Adds the nodes that match one of the terms; without terms, all nodes. */
void terms_match(const struct core *c, struct reader *r, struct bitset *ret);
void terms_skip(struct reader *r);
void selector_put(struct buf *b, const struct kvs *l);
/* What admission adds, as selections end with it. */
void added_put(struct buf *b, const struct pod_where *w);
void tolerations_put(struct buf *b, const struct toleration *v, uint32_t n);
/* Reads at most max tolerations into v, which point into the serial form; returns how many. */
uint32_t tolerations_get(struct reader *r, struct toleration *v, uint32_t max);
void nodes_all(const struct core *c, struct bitset *b); /* sets the bits of all nodes, and others */
