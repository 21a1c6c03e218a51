/* SPDX-License-Identifier: Apache-2.0 */
/* The names of a job's members in DNS, JOB-INDEX.JOB.NAMESPACE.svc: a headless Service that has the
 * job's name and is owned by it. It is made when the job starts and goes with the job. A Service of
 * that name which a user has made is left alone, and its job waits for none. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The job was decided about, and goes on: its Service is asked for if it is due. */
void job_dns_check(struct core *c, struct job_record *j);
/* There is one. */
void job_dns_made(struct core *c, struct job_record *j);
/* Not yet: it is tried again, later each time. */
void job_dns_later(struct core *c, struct job_record *j);
/* The API server refuses it with these words: it is told once. */
void job_dns_refused(struct core *c, struct job_record *j, const char *message);
