/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: what its files offer one another. Nothing here is for other rooms. */
#pragma once

#include "base/mem.h"
#include "coordinator/core/tables.h"

/* res.c: resource names and rows */
uint32_t res_id(struct core *c, const char *name); /* makes it; UINT32_MAX: too many names */
int64_t *res_row(const struct core *c, const struct mnode *n, enum res_row row);
void res_row_set(struct core *c, struct mnode *n, enum res_row row, const struct reslist *l);
void res_caps(struct core *c, struct mnode *n); /* ROW_CAP from the others */
void res_use(struct core *c, struct mnode *n, const struct needs *needs, int sign);
bool res_fits(const struct core *c, const struct mnode *n, const struct needs *needs);
bool res_fits_empty(const struct core *c, const struct mnode *n, const struct needs *needs);
uint32_t res_lacking(const struct core *c, const struct mnode *n, const struct needs *needs);
struct needs needs_of(struct core *c, const struct reslist *l);
struct needs needs_copy(const struct needs *from);
void needs_done(struct needs *n);

/* match.c: labels and taints as bitsets over nodes */
void labels_set(struct core *c, struct labels *l, const struct kvs *from);
void labels_done(struct core *c, struct labels *l);
void match_node_out(struct core *c, struct mnode *n); /* before labels or taints change */
void match_node_in(struct core *c, struct mnode *n);  /* after */
void match_class(struct core *c, struct reqclass *k); /* brings its bitsets up to date */
void match_done(struct core *c);

/* reqclass.c */
struct reqclass *reqclass_get(struct core *c, const struct job_spec *spec);
void reqclass_put(struct core *c, struct reqclass *k);
void reqclass_match(struct core *c, struct reqclass *k); /* used by match_class */

/* nodes.c, node_apply.c, node_state.c, liveness.c */
struct mnode *node_find(const struct core *c, const char *name);
struct mnode *node_get(struct core *c, const char *name); /* makes it */
void node_dirty(struct core *c, struct mnode *n);
void node_maybe_free(struct core *c, struct mnode *n);
void node_free(struct core *c, struct mnode *n);
void node_on_node(struct core *c, const struct node *node);
void node_on_node_gone(struct core *c, const struct meta *gone);
void node_on_cnode(struct core *c, const struct cnode *cn);
void node_on_cnode_gone(struct core *c, const struct meta *gone);
void node_on_applied(struct core *c, const struct core_event *ev);
void node_apply_check(struct core *c, struct mnode *n);
void node_settle(struct core *c, struct mnode *n);
bool node_cordoned(const struct mnode *n);
void node_status_check(struct core *c, struct mnode *n);
void node_status_echo(struct core *c, struct mnode *n, const struct cnode_status *st,
		      const char *rv);
void node_on_written(struct core *c, const struct core_event *ev);
void live_hello(struct core *c, const struct core_event *ev);
void live_report(struct core *c, const struct core_event *ev);
void live_heard(struct core *c, const struct core_event *ev);
void live_hangup(struct core *c, const struct core_event *ev);
void live_tick(struct core *c); /* silence, mass silence, the gate after a change of leader */
int64_t live_deadline(const struct core *c);
void live_forget(struct core *c, struct mnode *n);
void live_timer(struct core *c, struct mnode *n); /* to list its pods, or to apply again */
void live_list(struct core *c, struct mnode *n);  /* schedules or starts the list of its pods */

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
bool job_finished(const struct mjob *j);
struct slot *job_slot(struct mjob *j, uint32_t index); /* makes it */
void job_complete_index(struct mjob *j, uint32_t index);
uint32_t job_live(const struct mjob *j); /* attempts that are neither ended nor stopping */

/* decide.c, update.c: the policies */
void job_decide(struct core *c, struct mjob *j);
void job_stop_all(struct core *c, struct mjob *j, const char *why);
void job_say(struct mjob *j, enum reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void job_cond(struct core *c, struct mjob *j, enum jcond which, enum cond_status st,
	      enum reason reason);
void update_shrink(struct core *c, struct mjob *j);
bool update_template(struct core *c, struct mjob *j); /* true: old ones first, place nothing */
void update_selector(struct core *c, struct mjob *j);

/* members.c: attempts; observe.c: what is told about them */
struct att *att_find(const struct core *c, const struct mjob *j, uint32_t index, uint32_t attempt);
struct att *att_find_pod(const struct core *c, const char *ns, const char *pod);
struct att *att_place(struct core *c, struct mjob *j, uint32_t index, struct mnode *n);
/* A predecessor's order that an agent is carrying out just now. */
struct att *att_resume(struct core *c, struct mjob *j, struct mnode *n, const struct member *m);
struct att *att_adopt(struct core *c, struct mjob *j, struct mnode *n, const struct member *m);
void att_set(struct core *c, struct att *a, enum att_state to);
void att_launch(struct core *c, struct att *a);
void att_stop(struct core *c, struct att *a, const char *why);
void att_end(struct core *c, struct att *a, const struct member *m);
void att_gone(struct core *c, struct att *a); /* its pod object is certainly gone */
void att_free(struct core *c, struct att *a);
void att_move(struct core *c, struct att *a, struct mnode *n);
void att_lost(struct core *c, struct att *a);
void att_found(struct core *c, struct att *a);
void att_timer(struct core *c, struct att *a);
void att_retry(struct core *c, struct att *a); /* a create or delete failed: later */
bool att_live(const struct att *a);
bool att_seen(const struct att *a);
bool att_current(const struct att *a);
bool att_replaceable(const struct att *a); /* lost, and its slot may be given to another */
void observe_member(struct core *c, struct mnode *n, const struct member *m, bool by_list);
void observe_hello_end(struct core *c, struct mnode *n);
void observe_pods(struct core *c, const struct core_event *ev);
void observe_pod_done(struct core *c, const struct core_event *ev);

/* place.c, why.c, reserve.c */
void queue_put(struct core *c, struct mjob *j, uint32_t want);
void queue_take(struct core *c, struct mjob *j);
void place_cycle(struct core *c);
uint32_t place_min(const struct mjob *j); /* how many must fit at once */
void why_explain(struct core *c, struct mjob *j);
bool refused_there(const struct core *c, const struct mjob *j, const struct mnode *n);

/* status.c, write.c, orders.c */
void job_status_check(struct core *c, struct mjob *j);
void job_status_echo(struct core *c, struct mjob *j, const struct job_status *st, const char *rv);
void job_on_written(struct core *c, const struct core_event *ev);
struct core_action *act_new(struct core *c, enum core_action_type type);
const char *act_str(struct core *c, const char *s);
void act_job(struct core *c, enum core_action_type type, const struct mjob *j);
void act_note_job(struct core *c, const struct mjob *j, enum reason reason, const char *note);
void act_note_node(struct core *c, const struct mnode *n, enum reason reason, const char *note);
void templates_use(struct core *c, uint32_t thash, int sign);
void templates_forget(struct core *c);
/* Agents were denied this template's pods in this namespace, and we were not. */
bool templates_by_us(const struct core *c, const char *ns, uint32_t thash);
void templates_remember(struct core *c, const char *ns, uint32_t thash);
void orders_changed(struct core *c, struct mnode *n);
void orders_emit(struct core *c, struct mnode *n);
int64_t whole_seconds(int64_t wall_ms);
