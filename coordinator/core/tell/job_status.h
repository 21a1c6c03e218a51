/* SPDX-License-Identifier: Apache-2.0 */
/* A job's status: computed when it is needed, and compared by fingerprint with what is stored. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asks for a write if the status differs from what is stored. */
void job_status_check(struct core *c, struct job_record *j);
/* The state, and the conditions but Scheduled, are stored; or they were refused for good, and
 * nobody waits for them. */
bool job_status_head_stored(const struct job_record *j);
/* The same, and they are stored: whoever reads the object sees them. */
bool job_status_shows_head(const struct job_record *j);
/* The watch shows this status, of resourceVersion rv. */
void job_status_seen(struct job_record *j, const struct job_status *st, const char *rv);
/* The job was deleted: no write is asked for any more. */
void job_status_drop(struct job_record *j);
/* The newest status, borrowed until the next step, and the resourceVersion that it was computed
 * from. False: nothing has to be written, since the job is not known or its status is stored.
 * Changes nothing. */
bool job_status_view(const struct core *c, const char *ns, const char *name, struct job_status *ret,
		     const char **ret_rv);
/* The write of the status that job_status_view returned goes out; NULL: it returned none. */
void job_status_taken(struct core *c, const char *ns, const char *name,
		      const struct job_status *sent);
void job_status_written(struct core *c, const struct core_event *ev);
