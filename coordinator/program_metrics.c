/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/program_metrics.h"

static void set(struct metrics *m, enum metric id, uint64_t v)
{
	metrics_set(m, id, NULL, NULL, (double)v);
}

static void core_metrics(struct metrics *m, const struct core_stats *s)
{
	for (int i = JOB_PENDING; i <= JOB_SUSPENDED; i++)
		metrics_set(m, METRIC_JOBS, job_state_text((enum job_state)i), NULL, s->jobs[i]);
	for (int i = COMPUTE_NODE_PENDING; i <= COMPUTE_NODE_FAILED; i++)
		metrics_set(m, METRIC_NODES, compute_node_state_text((enum compute_node_state)i),
			    NULL, s->nodes[i]);
	set(m, METRIC_MEMBERS_LIVE, s->members_live);
	set(m, METRIC_PLACEMENTS, s->placements);
	set(m, METRIC_CHARGED_FAILURES, s->charged_failures);
	set(m, METRIC_DISRUPTIONS, s->disruptions);
	set(m, METRIC_POD_DRY_RUNS, s->pod_asks);
	set(m, METRIC_CREATE_FAILURES, s->create_failures);
	set(m, METRIC_CREATES_OUT, s->creates_out);
	set(m, METRIC_CREATES_WINDOW, s->creates_window);
	set(m, METRIC_CREATES_WAITING, s->creates_waiting);
	set(m, METRIC_CREATES_REFUSED, s->creates_refused);
	set(m, METRIC_UNORDERED_REPORTS, s->unordered_reports);
	metrics_set(m, METRIC_CORE_BYTES, "nodes", NULL, (double)s->bytes_nodes);
	metrics_set(m, METRIC_CORE_BYTES, "jobs", NULL, (double)s->bytes_jobs);
}

static void link_metrics(struct metrics *m, const struct link_listener *listener,
			 uint64_t bad_frames)
{
	struct link_listener_stats s;
	link_listener_stats(listener, &s);
	set(m, METRIC_LINK_BAD_FRAMES, bad_frames + s.oversized);
	set(m, METRIC_LINK_FAILED, s.failed);
	metrics_set(m, METRIC_LINK_REFUSED, "all", NULL,
		    (double)(s.refused_full - s.refused_address));
	metrics_set(m, METRIC_LINK_REFUSED, "address", NULL, (double)s.refused_address);
	set(m, METRIC_LINK_HANDSHAKES_DELAYED, s.shakes_delayed);
	set(m, METRIC_LINK_SLOWED, s.slowed);
	set(m, METRIC_LINK_DROPPED, s.dropped);
	set(m, METRIC_LINK_STRANGERS, s.strangers);
}

static void session_metrics(struct metrics *m, const struct server_sessions_stats *s)
{
	set(m, METRIC_SESSIONS, s->sessions);
	metrics_set(m, METRIC_PIPES, "waiting", NULL, s->pipes_waiting);
	metrics_set(m, METRIC_PIPES, "greeted", NULL, s->pipes - s->pipes_waiting);
	metrics_set(m, METRIC_REVIEWS_SPARED, "claims", NULL, (double)s->looked_bad);
	metrics_set(m, METRIC_REVIEWS_SPARED, "known", NULL, (double)s->denied_again);
	set(m, METRIC_HELLOS, s->hellos);
	set(m, METRIC_REPORTS, s->reports);
	for (int i = REJECT_TOKEN; i <= REJECT_MALFORMED; i++)
		metrics_set(m, METRIC_LINK_REJECTS, reject_text((enum reject)i), NULL,
			    (double)s->rejects[i]);
}

void program_metrics(struct metrics *m, const char *lease, const struct coordinator *coordinator,
		     const struct link_listener *listener)
{
	struct coordinator_stats s;
	metrics_set(m, METRIC_BUILD_INFO, MUSTER_VERSION, NULL, 1);
	metrics_set(m, METRIC_LEADER, lease, NULL, coordinator && coordinator_leading(coordinator));
	if (!coordinator)
		return;
	coordinator_stats(coordinator, &s);
	core_metrics(m, &s.core);
	session_metrics(m, &s.sessions);
	link_metrics(m, listener, s.sessions.bad_frames);
	set(m, METRIC_STATUS_WRITES, s.status_writes);
	set(m, METRIC_STATUS_CONFLICTS, s.status_conflicts);
	set(m, METRIC_STATUS_REFUSED, s.status_refused);
	set(m, METRIC_WRITE_QUEUE_DEPTH, s.writes_waiting);
	set(m, METRIC_PODS_CREATED, s.pod_creates);
	set(m, METRIC_PODS_DELETED, s.pod_deletes);
	set(m, METRIC_EVENTS, s.events);
	set(m, METRIC_EVENTS_DROPPED, s.events_dropped);
	set(m, METRIC_AGENTS_CREATE, s.agents_create);
	set(m, METRIC_EPOCH, s.leading ? s.epoch : 0);
	metrics_set(m, METRIC_RELISTS, "all", NULL, (double)s.relists);
}
