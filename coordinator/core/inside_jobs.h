/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: jobs, the policies of their life, attempts and what is told about them. */
#pragma once

#include "base/mem.h"
#include "coordinator/core/tables.h"

/* jobs.c */
struct mjob *job_find(const struct core *c, const char *ns, const char *name);
struct mjob *job_find_uid(const struct core *c, const char *uid);
struct mjob *job_stray(struct core *c, const struct member *m); /* of pods whose job is not known */
void job_dirty(struct core *c, struct mjob *j);
void job_free(struct core *c, struct mjob *j);
void job_maybe_free(struct core *c, struct mjob *j);
void job_on_job(struct core *c, const struct job *job);
void job_on_gone(struct core *c, const struct meta *gone);
void job_on_checked(struct core *c, const struct core_event *ev);
void job_on_synced(struct core *c, struct mjob *j);
void job_set_state(struct core *c, struct mjob *j, enum job_state to);
void job_take_back(struct core *c, struct mjob *j); /* a final state that was never stored */
bool job_finished(const struct mjob *j);
struct slot *job_slot(struct mjob *j, uint32_t index); /* makes it */
void job_complete_index(struct mjob *j, uint32_t index);
uint32_t job_live(const struct mjob *j); /* attempts that are neither ended nor stopping */

/* decide.c, update.c: the policies */
void job_decide(struct core *c, struct mjob *j);
void job_stop_all(struct core *c, struct mjob *j, const char *why);
void job_wake(struct mjob *j, int64_t at_ms); /* while it is decided: again then at the latest */
void job_cond(struct core *c, struct mjob *j, enum jcond which, enum cond_status st,
	      enum reason reason);
void update_shrink(struct core *c, struct mjob *j);
bool update_template(struct core *c, struct mjob *j); /* true: old ones first, place nothing */
void update_selector(struct core *c, struct mjob *j);

/* say.c: status.reason, status.message */
void job_say(struct mjob *j, enum reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void job_say_progress(struct core *c, struct mjob *j);
void job_say_failure(struct core *c, struct mjob *j, uint32_t index, const struct member *m);
void job_say_refusal(struct mjob *j, const struct member *m); /* a kubelet's, kept for why.c */

/* members.c: attempts; observe.c: what is told about them */
struct att *att_find(const struct core *c, const struct mjob *j, uint32_t index, uint32_t attempt);
struct att *att_find_pod(const struct core *c, const char *ns, const char *pod);
struct att *att_place(struct core *c, struct mjob *j, uint32_t index, struct mnode *n);
/* A predecessor's order that an agent is carrying out just now. */
struct att *att_resume(struct core *c, struct mjob *j, struct mnode *n, const struct member *m);
struct att *att_adopt(struct core *c, struct mjob *j, struct mnode *n, const struct member *m);
void att_set(struct core *c, struct att *a, enum att_state to);
void att_launch(struct core *c, struct att *a);
uint32_t job_seen(const struct mjob *j); /* indexes whose attempt has a pod that was seen */
void att_stop(struct core *c, struct att *a, const char *why);
void att_end(struct core *c, struct att *a, const struct member *m);
void att_leave(struct core *c, struct att *a); /* orphaned: its pod is left alone */
void att_gone(struct core *c, struct att *a);  /* its pod object is certainly gone */
void att_free(struct core *c, struct att *a);
void att_give_back(struct core *c, struct att *ended); /* its slot, to a lost one before it */
void att_move(struct core *c, struct att *a, struct mnode *n);
void att_lost(struct core *c, struct att *a);
void att_found(struct core *c, struct att *a);
void att_timer(struct core *c, struct att *a);
void att_retry(struct core *c, struct att *a); /* a create or delete failed: later */
bool att_live(const struct att *a);
bool att_seen(const struct att *a);
bool att_current(const struct att *a);
bool att_missed(const struct att *a);      /* holds a slot that is wanted, on a lost node */
bool att_replaceable(const struct att *a); /* on a lost node; its slot may be another's */
void observe_member(struct core *c, struct mnode *n, const struct member *m, bool by_list);
void observe_hello_end(struct core *c, struct mnode *n);
void observe_pods(struct core *c, const struct core_event *ev);
/* The API server refuses the attempt's pod. */
void observe_denied(struct core *c, struct att *a, const char *words);
void observe_pod_done(struct core *c, const struct core_event *ev);
