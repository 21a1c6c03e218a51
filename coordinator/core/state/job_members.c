/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/job_members.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "coordinator/core/state/selection.h"

static size_t page_bytes(uint32_t page)
{
	return sizeof(struct slot) << (page < SLOTS_PAGE_LOG ? page : SLOTS_PAGE_LOG);
}

/* Memory goes with the indexes of which something is known, however many the job asks for. */
struct slot *job_slot(struct job_record *j, uint32_t index)
{
	struct job_members *m = &j->members;
	struct slot_place p = slot_place(index);
	must(index < COMPLETIONS_MAX); /* model/member.h and the wire take no other */
	if (p.page >= m->npages) {
		m->pages = mem_realloc(m->pages, p.page + 1, sizeof *m->pages);
		memset(m->pages + m->npages, 0, (p.page + 1 - m->npages) * sizeof *m->pages);
		m->npages = p.page + 1;
	}
	if (!m->pages[p.page])
		m->pages[p.page] = mem_zalloc(1, page_bytes(p.page));
	return &m->pages[p.page][p.at];
}

size_t job_slots_bytes(const struct job_record *j)
{
	size_t bytes = j->members.npages * sizeof *j->members.pages;
	for (uint32_t i = 0; i < j->members.npages; i++)
		bytes += j->members.pages[i] ? page_bytes(i) : 0;
	return bytes;
}

void job_slots_free(struct job_record *j)
{
	for (uint32_t i = 0; i < j->members.npages; i++)
		free(j->members.pages[i]);
	free(j->members.pages);
	j->members.pages = NULL;
	j->members.npages = 0;
}

void job_recount_over(struct job_record *j)
{
	j->members.ncompleted = runs_count(&j->members.completed, j->spec.completions);
	j->members.nfailed_indexes = runs_count(&j->members.failed_indexes, j->spec.completions);
}

uint32_t job_next_open(const struct job_record *j, uint32_t from)
{
	uint32_t open;
	do {
		open = from;
		from = runs_next_out(&j->members.completed, from);
		from = runs_next_out(&j->members.failed_indexes, from);
	} while (from != open);
	return open;
}

void job_fail_index(struct job_record *j, uint32_t index)
{
	if (job_index_over(j, index))
		return;
	runs_add(&j->members.failed_indexes, index);
	j->members.nfailed_indexes += index < j->spec.completions;
}

void job_complete_index(struct job_record *j, uint32_t index)
{
	if (job_index_over(j, index))
		return;
	runs_add(&j->members.completed, index);
	j->members.ncompleted += index < j->spec.completions;
}

uint32_t job_attempts_live(const struct job_record *j)
{
	return j->members.count[ATTEMPT_ORDERED] + j->members.count[ATTEMPT_PENDING] +
	       j->members.count[ATTEMPT_RUNNING] + j->members.count[ATTEMPT_LOST];
}

void job_retry_at(struct job_record *j, uint32_t index, int64_t at_ms)
{
	job_slot(j, index)->retry_ms = at_ms;
}

void job_retry_at_once(struct job_record *j, uint32_t first)
{
	for (uint32_t i = first; i < job_slots_end(j); i++) {
		struct slot *s = job_slot_find(j, i);
		if (s)
			s->retry_ms = s->ends = 0;
	}
}

void job_set_ends(struct job_record *j, uint32_t index, uint8_t ends)
{
	job_slot(j, index)->ends = ends;
}

void job_failed_on(struct job_record *j, uint32_t index, const struct node_record *n)
{
	struct slot *s = job_slot(j, index);
	if (s->failed_on[0] == n->idx + 1)
		return;
	s->failed_on[1] = s->failed_on[0];
	s->failed_on[0] = n->idx + 1;
	j->members.any_failed_on = true;
}

void job_forget_failed_on(struct job_record *j)
{
	for (uint32_t i = 0; j->members.any_failed_on && i < job_slots_end(j); i++) {
		struct slot *s = job_slot_find(j, i);
		if (s)
			s->failed_on[0] = s->failed_on[1] = 0;
	}
	j->members.any_failed_on = false;
}

void job_number_used(struct job_record *j, uint32_t index, uint32_t attempt)
{
	struct slot *s = job_slot(j, index);
	if (attempt > s->last)
		s->last = attempt;
	if (attempt > j->members.highest_attempt)
		j->members.highest_attempt = attempt;
}

bool job_number_left(const struct job_record *j, uint32_t index)
{
	const struct slot *s = job_slot_find(j, index);
	return (!s || s->last < ATTEMPT_MAX) && j->members.attempt_floor < ATTEMPT_MAX;
}

void job_raise_floor(struct job_record *j, uint32_t attempt)
{
	if (attempt > j->members.attempt_floor)
		j->members.attempt_floor = attempt;
}

void job_found_failures(struct job_record *j, uint32_t index, uint32_t failures)
{
	struct slot *s = job_slot(j, index);
	s->failures = failures < UINT16_MAX ? (uint16_t)failures : UINT16_MAX;
	if (j->spec.failures_fail_index && s->failures >= j->spec.failures_fail_index)
		job_fail_index(j, index);
}

void job_count_failure(struct job_record *j, uint32_t index)
{
	j->members.failed++;
	job_found_failures(j, index, job_slot(j, index)->failures + 1U);
}

void job_failed_at_least(struct job_record *j, uint32_t failed)
{
	if (failed > j->members.failed)
		j->members.failed = failed;
}

void job_failed_stored(struct job_record *j, uint32_t failed)
{
	if (failed > j->members.stored_failed)
		j->members.stored_failed = failed;
}

void job_attempts_stored(struct job_record *j, uint32_t attempts)
{
	if (attempts > j->members.stored_attempts)
		j->members.stored_attempts = attempts;
}

void job_members_adopt(struct job_record *j, uint32_t failed, uint32_t attempts)
{
	job_failed_at_least(j, failed);
	j->members.stored_failed = failed;
	j->members.stored_attempts = attempts;
	job_raise_floor(j, attempts);
	if (attempts > j->members.highest_attempt)
		j->members.highest_attempt = attempts;
}

void job_members_merge(struct job_record *j, const struct runs *completed,
		       const struct runs *failed_indexes, uint32_t failed, uint32_t attempts)
{
	runs_or(&j->members.completed, completed);
	runs_or(&j->members.failed_indexes, failed_indexes);
	if (j->members.failed_indexes.n)
		runs_andnot(&j->members.failed_indexes, &j->members.completed);
	job_changed_indexes(j);
	job_failed_at_least(j, failed);
	job_failed_stored(j, failed);
	job_attempts_stored(j, attempts);
	if (attempts > j->members.highest_attempt)
		j->members.highest_attempt = j->members.attempt_floor = attempts;
}

void job_changed_indexes(struct job_record *j)
{
	j->update.indexes_changed = true;
}

void job_changed_selection(struct job_record *j, struct selection *was)
{
	if (!j->update.selection_changed && was)
		j->update.selection_was = selection_hold(was);
	j->update.selection_changed = true;
}

void job_followed_selection(struct core *c, struct job_record *j)
{
	if (j->update.selection_was)
		selection_put(c, j->update.selection_was);
	j->update.selection_was = NULL;
	j->update.selection_changed = j->update.resumed = false;
}

void job_resumed_attempt(struct job_record *j, struct attempt *a)
{
	a->unchecked = j->update.resumed = true;
}

void job_changed_template(struct job_record *j)
{
	j->update.rolling = true;
}

/* How many members the gang lacks when n are there. */
static uint32_t gang_lacks(const struct job_record *j, uint32_t n)
{
	uint32_t before = j->life.over_before, over = job_indexes_over(j);
	uint32_t left = j->spec.completions > before ? j->spec.completions - before : 0;
	uint32_t gang = left < j->spec.min_parallelism ? left : j->spec.min_parallelism;
	if (over > before)
		n += over - before;
	return n < gang ? gang - n : 0;
}

bool job_gang_complete(const struct job_record *j, uint32_t n)
{
	return gang_lacks(j, n) == 0;
}

uint32_t job_needs_at_once(const struct job_record *j)
{
	uint32_t lacks = j->life.start_ms ? 0 : gang_lacks(j, job_attempts_live(j));
	return lacks ? lacks : 1;
}

void job_nodes(const struct job_record *j, struct bitset *ret)
{
	struct attempt *a;
	for (a = j->members.attempts; a != j->members.ended; a = a->job_next) {
		if (a->takes_room)
			bitset_set(ret, a->node->idx);
	}
}

uint32_t job_most_on_node(const struct job_record *j)
{
	return j->spec.per_node > 1 && !j->spec.request->ports.n ? j->spec.per_node : 1;
}

uint32_t *job_there(const struct core *c, const struct job_record *j)
{
	if (j->members.attempts == j->members.ended)
		return NULL;
	uint32_t *there = mem_zalloc(c->nodes.n + 1, sizeof *there);
	for (const struct attempt *a = j->members.attempts; a != j->members.ended; a = a->job_next)
		there[a->node->idx] += a->takes_room;
	return there;
}

void job_leave_open(const struct job_record *j, const uint32_t *there, struct bitset *b)
{
	uint32_t most = job_most_on_node(j);
	for (const struct attempt *a = j->members.attempts; a != j->members.ended;
	     a = a->job_next) {
		if (there[a->node->idx] >= most)
			bitset_clear(b, a->node->idx);
	}
}
