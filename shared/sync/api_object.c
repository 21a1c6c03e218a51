/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/api_object.h"

#include "base/must.h"

enum api_kind api_kind_needed(enum needed_kind kind)
{
	must(kind < NEEDED_KIND_N);
	return kind == NEEDED_POOL ? API_VOLUME : (enum api_kind)(API_RUNTIME_CLASS + (int)kind);
}

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
		[API_SERVICE] = "services",
		[API_TOKENREVIEW] = "tokenreviews",
		[API_RUNTIME_CLASS] = "runtimeclasses",
		[API_CLAIM] = "persistentvolumeclaims",
		[API_VOLUME] = "persistentvolumes",
		[API_STORAGE_CLASS] = "storageclasses",
		[API_CSI_DRIVER] = "csidrivers",
		[API_CSI_NODE] = "csinodes",
		[API_CSI_CAPACITY] = "csistoragecapacities",
		[API_ADMISSION_POLICY] = "validatingadmissionpolicies",
		[API_ADMISSION_BINDING] = "validatingadmissionpolicybindings",
	};
	must(kind < API_KIND_N);
	return texts[kind];
}
