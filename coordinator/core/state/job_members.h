/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a job by index: the slots of the attempts, which indexes are over, the failures.
 * An index is always below COMPLETIONS_MAX. None of these functions calls job_dirty. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The slot of an index, made if there is none yet. It stays where it is. */
struct slot *job_slot(struct job_record *j, uint32_t index);
/* The page of an index, and its place in it. */
struct slot_place {
	uint32_t page, at;
};
static inline struct slot_place slot_place(uint32_t index)
{
	uint32_t nth = index + 1;
	if (nth >= SLOTS_PAGE)
		return (struct slot_place){SLOTS_PAGE_LOG - 1 + nth / SLOTS_PAGE, nth % SLOTS_PAGE};
	uint32_t page = 31 - (uint32_t)__builtin_clz(nth);
	return (struct slot_place){page, nth - (1U << page)};
}
/* NULL: nothing was ever known of the index. */
static inline struct slot *job_slot_find(const struct job_record *j, uint32_t index)
{
	struct slot_place p = slot_place(index);
	bool known = p.page < j->members.npages && j->members.pages[p.page];
	return known ? &j->members.pages[p.page][p.at] : NULL;
}
/* The attempt that holds the index, or NULL. */
static inline struct attempt *job_current(const struct job_record *j, uint32_t index)
{
	const struct slot *s = job_slot_find(j, index);
	return s ? s->current : NULL;
}
/* All indexes of which something is known are below this number; 0: there are none. */
static inline uint32_t job_slots_end(const struct job_record *j)
{
	uint32_t n = j->members.npages;
	uint32_t end =
		n <= SLOTS_PAGE_LOG ? (1U << n) - 1 : (n - SLOTS_PAGE_LOG + 1) * SLOTS_PAGE - 1;
	return end < COMPLETIONS_MAX ? end : COMPLETIONS_MAX; /* the last page is larger */
}
size_t job_slots_bytes(const struct job_record *j); /* of memory */
void job_slots_free(struct job_record *j);
void job_complete_index(struct job_record *j, uint32_t index);
static inline bool job_index_completed(const struct job_record *j, uint32_t index)
{
	return runs_has(&j->members.completed, index);
}
/* The index has failed for good, unless it has completed. */
void job_fail_index(struct job_record *j, uint32_t index);
static inline bool job_index_failed(const struct job_record *j, uint32_t index)
{
	return runs_has(&j->members.failed_indexes, index);
}
/* The index has completed, or failed for good: it gets no attempt any more. */
static inline bool job_index_over(const struct job_record *j, uint32_t index)
{
	return job_index_completed(j, index) || job_index_failed(j, index);
}
static inline uint32_t job_indexes_over(const struct job_record *j)
{
	return j->members.ncompleted + j->members.nfailed_indexes;
}
/* The first index >= from that is not over; it may be beyond spec.completions. */
uint32_t job_next_open(const struct job_record *j, uint32_t from);
/* Indexes that are not over yet. */
static inline uint32_t job_remaining(const struct job_record *j)
{
	return j->spec.completions - job_indexes_over(j);
}
/* So many of them are to have members at the same time. */
static inline uint32_t job_wanted_at_once(const struct job_record *j)
{
	uint32_t left = job_remaining(j);
	return left < j->spec.parallelism ? left : j->spec.parallelism;
}
/* Counts the indexes that are over again. Indexes from completions on are remembered, as
 * completions may grow, but not counted. */
void job_recount_over(struct job_record *j);
uint32_t
job_attempts_live(const struct job_record *j); /* attempts that are neither stopping nor ended */
/* Adds the nodes that hold a member of the job to *ret. */
void job_nodes(const struct job_record *j, struct bitset *ret);
/* So many members of the job may share a node: membersPerNode, or one if they have host ports. */
uint32_t job_most_on_node(const struct job_record *j);
/* How many members each node has that hold room there, by number of the node. The caller frees it.
 * NULL: no node has one. */
uint32_t *job_there(const struct core *c, const struct job_record *j);
/* Takes the nodes that can have no more members of the job out of *b. there: as job_there says. */
void job_leave_open(const struct job_record *j, const uint32_t *there, struct bitset *b);
/* The gang: minParallelism members, or all that are left where fewer indexes were left when the job
 * started. True: with n members that are there, and those that are over since, it is complete. */
bool job_gang_complete(const struct job_record *j, uint32_t n);
/* How many members must find nodes at the same time; at least 1. */
uint32_t job_needs_at_once(const struct job_record *j);

/* The index gets no new attempt before at_ms (monotonic). */
void job_retry_at(struct job_record *j, uint32_t index, int64_t at_ms);
/* All indexes from first on may get an attempt at once, and their ends count no more: a user asked
 * for it, or has mended the job. */
void job_retry_at_once(struct job_record *j, uint32_t first);
void job_set_ends(struct job_record *j, uint32_t index, uint8_t ends);
/* A charged failure of the index took place on the node. A record of a node that is gone may be
 * another node's later: a retry may then keep away from that one. */
void job_failed_on(struct job_record *j, uint32_t index, const struct node_record *n);
/* One of the last two did: a retry goes to another node, if one fits. */
static inline bool slot_failed_on(const struct slot *s, uint32_t node)
{
	return s && (s->failed_on[0] == node + 1 || s->failed_on[1] == node + 1);
}

static inline bool slot_failed_last_on(const struct slot *s, uint32_t node)
{
	return s && s->failed_on[0] == node + 1;
}
/* What has failed is not what runs next: any node is as good as others. */
void job_forget_failed_on(struct job_record *j);
/* An attempt of the index has had this number: neither this nor a lower number is given again. */
void job_number_used(struct job_record *j, uint32_t index, uint32_t attempt);
/* The same for all indexes. */
void job_raise_floor(struct job_record *j, uint32_t attempt);
/* The index can get an attempt: a number up to ATTEMPT_MAX is left. */
bool job_number_left(const struct job_record *j, uint32_t index);
/* One more of the index that counts against backoffLimit. If they are as many as fail an index, the
 * index has failed. */
void job_count_failure(struct job_record *j, uint32_t index);
/* A new leader found so many of the index. */
void job_found_failures(struct job_record *j, uint32_t index, uint32_t failures);
void job_failed_at_least(struct job_record *j, uint32_t failed);
void job_failed_stored(struct job_record *j, uint32_t failed);     /* by a status that is stored */
void job_attempts_stored(struct job_record *j, uint32_t attempts); /* the same */
/* Takes the counts of a stored status over. What was counted once stays counted, and a number of an
 * attempt that was given stays given, whoever wrote less. */
void job_members_adopt(struct job_record *j, uint32_t failed, uint32_t attempts);
/* Counts what a stored status counts, beside what was counted before. */
void job_members_merge(struct job_record *j, const struct runs *completed,
		       const struct runs *failed_indexes, uint32_t failed, uint32_t attempts);

/* What the members have to follow when the job is decided about (life/job_update): which indexes
 * want a member, and how many; the selection; the template. */
void job_changed_indexes(struct job_record *j);
/* was: the selection before, or NULL if nobody knows. Of several changes before the members follow,
 * the first tells what was. */
void job_changed_selection(struct job_record *j, struct selection *was);
/* The members have followed. */
void job_followed_selection(struct core *c, struct job_record *j);
/* An attempt of which only an agent's order is known goes on: its node may not match any more. */
void job_resumed_attempt(struct job_record *j, struct attempt *a);
void job_changed_template(struct job_record *j);
