/* SPDX-License-Identifier: Apache-2.0 */
/* A job's status: computed anew when it is asked for, compared by fingerprint with what is stored.
 */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asks for a write if the status differs from what is stored. */
void job_status_check(struct core *c, struct job_record *j);
/* The job's state and conditions, but Scheduled, are stored as they are. */
bool job_status_head_stored(const struct job_record *j);
/* A status as the API server has it, of resourceVersion rv. */
void job_status_seen(struct job_record *j, const struct job_status *st, const char *rv);
/* The job was deleted: no write is asked for any more. */
void job_status_drop(struct job_record *j);
/* The newest status, borrowed until the next step, and the resourceVersion that it was computed
 * from; false: nothing needs writing (the job is not known, or stored as it is). Changes nothing.
 */
bool job_status_view(const struct core *c, const char *ns, const char *name, struct job_status *ret,
		     const char **ret_rv);
/* The write of a status that job_status_view gave goes out; NULL: it gave none. */
void job_status_taken(struct core *c, const char *ns, const char *name,
		      const struct job_status *sent);
void job_status_written(struct core *c, const struct core_event *ev);
