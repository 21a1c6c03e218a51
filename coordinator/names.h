/* SPDX-License-Identifier: Apache-2.0 */
/* The names of a coordinator: in the Lease, for agents, in certificates. Made once from the
 * options. */
#pragma once

#include "coordinator/options.h"

enum { NAMES_TLS = 4 };

struct names {
	char *identity; /* NAME_UID_SUFFIX of the pod, or NAME_SUFFIX; each start has its own suffix
			 */
	char *predecessors;   /* NAME_UID_ of the pod; "": its UID is not known */
	char *address;        /* host:port where agents find this one */
	char *agent_username; /* system:serviceaccount:NAMESPACE:NAME */
	char *tls[NAMES_TLS]; /* that the certificate must have; the first is NAME.NAMESPACE.svc */
};

void names_make(const struct options *o, struct names *ret);
