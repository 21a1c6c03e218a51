/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode's status.state and conditions as a function of all that is known, and every pair of
 * states walked. */
#include "test/unit/coordinator/core/world.h"

#include <stdio.h>
#include <string.h>

/* ---- the function ---- */

enum node_is { ABSENT, READY, UNREADY, TAINTED, NODES_N };
enum agent_is { UNHEARD, CONNECTED, SILENT, HUNG_UP, SILENT_HUNG_UP, AGENTS_N };
enum cordon_is { NONE, NODE, COMPUTE_NODE, BOTH, CORDONS_N };
enum { ANY = -1 };

static const struct rule {
	int node, agent, cordon, members;
	enum compute_node_state state;
	const char *ready, *schedulable;
} rules[] = {
	/* the first that matches */
	{ABSENT, ANY, ANY, ANY, COMPUTE_NODE_PENDING, "False NodeNotFound", "False NodeNotFound"},
	{TAINTED, ANY, ANY, ANY, COMPUTE_NODE_FAILED, "False NodeOutOfService",
	 "False NodeOutOfService"},
	{UNREADY, ANY, ANY, ANY, COMPUTE_NODE_FAILED, "False NodeNotReady", "False NodeNotReady"},
	{READY, SILENT, ANY, ANY, COMPUTE_NODE_FAILED, "False AgentSilent", "False AgentSilent"},
	{READY, SILENT_HUNG_UP, ANY, ANY, COMPUTE_NODE_FAILED, "False AgentSilent",
	 "False AgentSilent"},
	{READY, UNHEARD, ANY, ANY, COMPUTE_NODE_PENDING, "False AgentNotConnected",
	 "False AgentNotConnected"},
	/* A hang-up is no failure: the node stays as it is, but takes no new members. */
	{READY, HUNG_UP, NONE, ANY, COMPUTE_NODE_RUNNING, "True NodeReady",
	 "False AgentNotConnected"},
	{READY, HUNG_UP, ANY, 0, COMPUTE_NODE_DRAINED, "True NodeReady", "False AgentNotConnected"},
	{READY, HUNG_UP, ANY, 1, COMPUTE_NODE_DRAINING, "True NodeReady",
	 "False AgentNotConnected"},
	{READY, CONNECTED, NONE, ANY, COMPUTE_NODE_RUNNING, "True NodeReady", "True Schedulable"},
	{READY, CONNECTED, ANY, 0, COMPUTE_NODE_DRAINED, "True NodeReady", "False Cordoned"},
	{READY, CONNECTED, ANY, 1, COMPUTE_NODE_DRAINING, "True NodeReady", "False Cordoned"},
};

static const char *const agent_conds[AGENTS_N] = {
	[UNHEARD] = "False AgentNotConnected",
	[CONNECTED] = "True AgentRegistered",
	[SILENT] = "False AgentSilent",
	[HUNG_UP] = "False AgentNotConnected",
	[SILENT_HUNG_UP] = "False AgentNotConnected",
};

static const struct rule *rule_of(int node, int agent, int cordon, int members)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct rule *r = &rules[i];
		if ((r->node == ANY || r->node == node) && (r->agent == ANY || r->agent == agent) &&
		    (r->cordon == ANY || r->cordon == cordon) &&
		    (r->members == ANY || r->members == members))
			return r;
	}
	fail_msg("no rule for %d %d %d %d", node, agent, cordon, members);
	return NULL;
}

static const char *cond_text(const struct wnode *n, int which)
{
	static char text[64];
	static const char *const status[] = {"Unknown", "False", "True"};
	w_text(text, sizeof text, "%s %s", status[n->conds[which].status], n->conds[which].reason);
	return text;
}

static void start_member(struct world *w)
{
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.on_node_loss = LOSS_WAIT;
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
}

/* The agent first: whoever was heard before goes on from a node that was fine. */
static void bring_about(struct world *w, int node, int agent, int cordon, int members)
{
	struct wnode *n = w_node(w, "n1");
	w_tell_node(w, n);
	w_compute_node(w, "n1", false);
	w_sync(w);
	if (agent != UNHEARD)
		w_hello(w, "n1");
	if (members)
		start_member(w);
	n->cordoned = cordon == NODE || cordon == BOTH;
	w_tell_node(w, n);
	w_compute_node(w, "n1", cordon == COMPUTE_NODE || cordon == BOTH);
	w_mute(w, "n1", agent == SILENT || agent == SILENT_HUNG_UP);
	w_wait(w, 40000);
	if (agent == HUNG_UP || agent == SILENT_HUNG_UP)
		w_hangup(w, "n1");
	n->not_ready = node == UNREADY;
	n->ntaints = node == TAINTED;
	n->taints[0] = (struct taint){"node.kubernetes.io/out-of-service", "", EFFECT_NO_EXECUTE};
	w_tell_node(w, n);
	if (node == ABSENT)
		w_node_gone(w, "n1");
	w_wait(w, 2000);
}

static void expect_rule(int node, int agent, int cordon, int members)
{
	void *state = NULL;
	const struct rule *r = rule_of(node, agent, cordon, members);
	assert_int_equal(w_setup(&state), 0);
	struct world *w = w_of(&state);
	bring_about(w, node, agent, cordon, members);
	const struct wnode *n = w_find(w, "n1");
	if (n->state != r->state || strcmp(cond_text(n, 0), r->ready) != 0 ||
	    strcmp(cond_text(n, 1), agent_conds[agent]) != 0 ||
	    strcmp(cond_text(n, 2), r->schedulable) != 0)
		print_error("node %d agent %d cordon %d members %d\n", node, agent, cordon,
			    members);
	assert_string_equal(compute_node_state_text(n->state), compute_node_state_text(r->state));
	assert_string_equal(cond_text(n, 0), r->ready);
	assert_string_equal(cond_text(n, 1), agent_conds[agent]);
	assert_string_equal(cond_text(n, 2), r->schedulable);
	w_teardown(&state);
}

static void every_input(void **state)
{
	(void)state;
	for (int node = 0; node < NODES_N; node++) {
		for (int agent = 0; agent < AGENTS_N; agent++) {
			for (int cordon = 0; cordon < CORDONS_N; cordon++) {
				expect_rule(node, agent, cordon, 0);
				if (agent != UNHEARD) /* no member where no agent was */
					expect_rule(node, agent, cordon, 1);
			}
		}
	}
}

/* ---- the walks ---- */

/* Words: what happens one after the other. The last of a walk leads from one state straight to the
 * other, those before it leave the state as it is. */
static const struct walk {
	enum compute_node_state from, to;
	const char *setup, *walk;
} walks[] = {
	{COMPUTE_NODE_PENDING, COMPUTE_NODE_RUNNING, "node", "hello"},
	{COMPUTE_NODE_PENDING, COMPUTE_NODE_FAILED, "node", "unready"},
	{COMPUTE_NODE_PENDING, COMPUTE_NODE_DRAINING, "node job", "cordon hello-member"},
	{COMPUTE_NODE_PENDING, COMPUTE_NODE_DRAINED, "node", "cordon hello"},
	{COMPUTE_NODE_RUNNING, COMPUTE_NODE_PENDING, "node hello", "gone"},
	{COMPUTE_NODE_RUNNING, COMPUTE_NODE_FAILED, "node hello", "unready"},
	{COMPUTE_NODE_RUNNING, COMPUTE_NODE_FAILED, "node hello", "silent"},
	{COMPUTE_NODE_RUNNING, COMPUTE_NODE_DRAINING, "node hello member", "cordon"},
	{COMPUTE_NODE_RUNNING, COMPUTE_NODE_DRAINING, "node hello member", "hangup cordon"},
	{COMPUTE_NODE_RUNNING, COMPUTE_NODE_DRAINED, "node hello", "cordon"},
	{COMPUTE_NODE_FAILED, COMPUTE_NODE_PENDING, "node hello unready", "gone"},
	{COMPUTE_NODE_FAILED, COMPUTE_NODE_PENDING, "node unready", "ready"},
	{COMPUTE_NODE_FAILED, COMPUTE_NODE_RUNNING, "node hello unready", "ready"},
	{COMPUTE_NODE_FAILED, COMPUTE_NODE_RUNNING, "node hello silent", "hello"},
	{COMPUTE_NODE_FAILED, COMPUTE_NODE_RUNNING, "node hello silent", "hangup hello"},
	{COMPUTE_NODE_FAILED, COMPUTE_NODE_DRAINING, "node hello member unready", "cordon ready"},
	{COMPUTE_NODE_FAILED, COMPUTE_NODE_DRAINED, "node hello unready", "cordon ready"},
	{COMPUTE_NODE_DRAINING, COMPUTE_NODE_PENDING, "node hello member cordon", "gone"},
	{COMPUTE_NODE_DRAINING, COMPUTE_NODE_RUNNING, "node hello member cordon", "uncordon"},
	{COMPUTE_NODE_DRAINING, COMPUTE_NODE_FAILED, "node hello member cordon", "silent"},
	{COMPUTE_NODE_DRAINING, COMPUTE_NODE_DRAINED, "node hello member cordon", "ends"},
	{COMPUTE_NODE_DRAINED, COMPUTE_NODE_PENDING, "node hello cordon", "gone"},
	{COMPUTE_NODE_DRAINED, COMPUTE_NODE_RUNNING, "node hello cordon", "hangup uncordon"},
	{COMPUTE_NODE_DRAINED, COMPUTE_NODE_FAILED, "node hello cordon", "unready"},
	/* Its pod was made before a restart, and is told only now. */
	{COMPUTE_NODE_DRAINED, COMPUTE_NODE_DRAINING, "node job hello cordon", "hello-member"},
};

static void hello_member(struct world *w)
{
	struct member m = w_member(w, &w->jobs[0], "n1", 0, 1, MEMBER_RUNNING);
	w_hello_with(w, "n1", &m, 1);
	w_pods(w, "n1", &m, 1, true); /* only a GET or list of ours proves it */
}

static struct wjob *wide_job(struct world *w)
{
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.on_node_loss = LOSS_WAIT;
	j->selector[0] = (struct kv){"nowhere", "true"};
	j->job.spec.node_selector = (struct kvs){j->selector, 1};
	w_job(w, j);
	return j;
}

static void happens_to_node(struct world *w, struct wnode *n, const char *word)
{
	n->cordoned = !strcmp(word, "cordon") || (n->cordoned && strcmp(word, "uncordon") != 0);
	n->not_ready = !strcmp(word, "unready") || (n->not_ready && strcmp(word, "ready") != 0);
	w_tell_node(w, n);
}

static void happens(struct world *w, const char *word)
{
	if (!strcmp(word, "node")) {
		w_tell_node(w, w_node(w, "n1"));
		w_compute_node(w, "n1", false);
		w_sync(w);
		w_wait(w, 30000); /* so long agents may come before anything is said */
	} else if (!strcmp(word, "hello")) {
		w_mute(w, "n1", false);
		w_hello(w, "n1");
	} else if (!strcmp(word, "silent")) {
		w_mute(w, "n1", true);
		w_wait(w, 9000);
	} else if (!strcmp(word, "hello-member")) {
		hello_member(w);
	} else if (!strcmp(word, "job")) {
		wide_job(w);
	} else if (!strcmp(word, "member")) {
		start_member(w);
	} else if (!strcmp(word, "ends")) {
		w_all(w, &w->jobs[0], MEMBER_SUCCEEDED);
	} else if (!strcmp(word, "hangup")) {
		w_hangup(w, "n1");
	} else if (!strcmp(word, "gone")) {
		w_node_gone(w, "n1");
	} else {
		happens_to_node(w, w_find(w, "n1"), word);
	}
}

/* The times of the last changes: of what changed, now; of what did not, as before. */
static void expect_times(const struct wnode *was, const struct wnode *n, int64_t from_ms,
			 int64_t to_ms)
{
	from_ms -= from_ms % 1000; /* times in a status are whole seconds */
	if (n->state != was->state)
		assert_in_range(n->since_ms, from_ms, to_ms);
	else
		assert_int_equal(n->since_ms, was->since_ms);
	for (size_t i = 0; i < ARRAY_LEN(n->conds); i++) {
		if (n->conds[i].status != was->conds[i].status)
			assert_in_range(n->conds[i].since_ms, from_ms, to_ms);
		else
			assert_int_equal(n->conds[i].since_ms, was->conds[i].since_ms);
	}
}

static void tell(struct world *w, const char *words, enum compute_node_state from,
		 enum compute_node_state to)
{
	char word[24];
	while (*words) {
		size_t len = strcspn(words, " ");
		w_text(word, sizeof word, "%.*s", (int)len, words);
		words += len + (words[len] == ' ');
		w_wait(w, 3000);
		struct wnode was = *w_find(w, "n1");
		int64_t at_ms = w->wall_ms;
		happens(w, word);
		assert_string_equal(compute_node_state_text(w_compute_node_state(w, "n1")),
				    compute_node_state_text(*words ? from : to));
		expect_times(&was, w_find(w, "n1"), at_ms, w->wall_ms);
	}
}

static void walk(const struct walk *k)
{
	void *state = NULL;
	char line[96], word[24];
	assert_int_equal(w_setup(&state), 0);
	struct world *w = w_of(&state);
	for (const char *p = k->setup; *p;) {
		size_t len = strcspn(p, " ");
		w_text(word, sizeof word, "%.*s", (int)len, p);
		happens(w, word);
		p += len + (p[len] == ' ');
	}
	assert_string_equal(compute_node_state_text(w_compute_node_state(w, "n1")),
			    compute_node_state_text(k->from));
	w_clear(w);
	tell(w, k->walk, k->from, k->to);
	w_text(line, sizeof line, "node=n1 from=%s to=%s", compute_node_state_text(k->from),
	       compute_node_state_text(k->to));
	assert_true(w_told(w, line));
	w_teardown(&state);
}

static void every_pair(void **state)
{
	bool walked[COMPUTE_NODE_FAILED + 1][COMPUTE_NODE_FAILED + 1] = {{false}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(walks); i++) {
		print_message("%s -> %s: %s\n", compute_node_state_text(walks[i].from),
			      compute_node_state_text(walks[i].to), walks[i].walk);
		walk(&walks[i]);
		walked[walks[i].from][walks[i].to] = true;
	}
	for (int from = COMPUTE_NODE_NONE + 1; from <= COMPUTE_NODE_FAILED; from++) {
		for (int to = COMPUTE_NODE_NONE + 1; to <= COMPUTE_NODE_FAILED; to++)
			assert_true(from == to || walked[from][to]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_input),
					   cmocka_unit_test(every_pair)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
