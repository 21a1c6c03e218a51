/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/api_object.h"

#include "base/must.h"

const char *api_kind_text(enum api_kind kind)
{
	static const char *const texts[API_KIND_N] = {
		[API_JOB] = "computejobs",
		[API_COMPUTE_NODE] = "computenodes",
		[API_NODE] = "nodes",
		[API_POD] = "pods",
		[API_LEASE] = "leases",
		[API_EVENT] = "events",
		[API_SECRET] = "secrets",
		[API_CONFIGMAP] = "configmaps",
		[API_TOKENREVIEW] = "tokenreviews",
	};
	must(kind < API_KIND_N);
	return texts[kind];
}
