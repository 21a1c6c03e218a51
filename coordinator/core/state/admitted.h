/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server makes of the pods of each namespace and shape (job_spec.shape), and which
 * jobs have that shape. Memory is bounded by the jobs. */
#pragma once

#include "coordinator/core/state/tables.h"

/* From now on the pods of the job have this shape; NULL or "": they have none. own: what the
 * template of the shape requests before admission. */
void admitted_use(struct core *c, struct job_record *j, const char *shape,
		  const struct reslist *own);
/* The numbers that hold for the job's members: as admitted, where they are known; else own. */
struct reslist admitted_requests(const struct job_record *j, const struct reslist *own);
/* What holds for the job's members beside its own selection. */
void admitted_where(const struct job_record *j, struct job_spec *ret);
struct admitted *admitted_find(const struct core *c, const char *key); /* NULL: no job has it */
/* A question has left, in a round or not. */
void admitted_asked(struct core *c, struct admitted *a, bool by_round);
/* The question had no answer. */
void admitted_untold(struct core *c, struct admitted *a);
/* What a pod is as admitted; where NULL: that is not told, and what was known stays. True: it is
 * not what held. */
bool admitted_told(struct core *c, struct admitted *a, const struct reslist *requests,
		   const struct pod_where *where);
/* Whether another answer may come without anybody having edited the job: what was added may go
 * again, and what could not be asked may be asked later. */
bool admitted_may_change(const struct admitted *a);
void admitted_again(struct admitted *a); /* the question was repeated, without an edit */
/* When it is asked again; INT64_MAX: not by itself. */
void admitted_set_timer(struct core *c, struct admitted *a, int64_t at_ms);
/* A round is due then, unless one is due already. */
void admitted_round_at(struct core *c, int64_t at_ms);
/* The timer of the round is due: the first shape that is next in it; NULL: it is at its end. The
 * round begins if none is under way. */
struct admitted *admitted_round(struct core *c);
struct admitted *admitted_round_next(struct core *c); /* the one after; NULL: it was the last */
/* Its last question left before the last round, which is at its end. */
bool admitted_before_round(const struct core *c, const struct admitted *a);
