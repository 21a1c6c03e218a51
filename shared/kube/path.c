/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/path.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

static const struct {
	const char *group_version, *resource, *kind;
	bool namespaced;
} kinds[API_KIND_N] = {
	[API_JOB] = {"muster.dev/v1alpha1", "computejobs", "ComputeJob", true},
	[API_COMPUTE_NODE] = {"muster.dev/v1alpha1", "computenodes", "ComputeNode", false},
	[API_NODE] = {"v1", "nodes", "Node", false},
	[API_POD] = {"v1", "pods", "Pod", true},
	[API_LEASE] = {"coordination.k8s.io/v1", "leases", "Lease", true},
	[API_EVENT] = {"events.k8s.io/v1", "events", "Event", true},
	[API_SECRET] = {"v1", "secrets", "Secret", true},
	[API_CONFIGMAP] = {"v1", "configmaps", "ConfigMap", true},
	[API_SERVICE] = {"v1", "services", "Service", true},
	[API_TOKENREVIEW] = {"authentication.k8s.io/v1", "tokenreviews", "TokenReview", false},
	[API_RUNTIME_CLASS] = {"node.k8s.io/v1", "runtimeclasses", "RuntimeClass", false},
	[API_CLAIM] = {"v1", "persistentvolumeclaims", "PersistentVolumeClaim", true},
	[API_VOLUME] = {"v1", "persistentvolumes", "PersistentVolume", false},
	[API_STORAGE_CLASS] = {"storage.k8s.io/v1", "storageclasses", "StorageClass", false},
	[API_CSI_DRIVER] = {"storage.k8s.io/v1", "csidrivers", "CSIDriver", false},
	[API_CSI_NODE] = {"storage.k8s.io/v1", "csinodes", "CSINode", false},
	[API_CSI_CAPACITY] = {"storage.k8s.io/v1", "csistoragecapacities", "CSIStorageCapacity",
			      true},
	[API_ADMISSION_POLICY] = {"admissionregistration.k8s.io/v1", "validatingadmissionpolicies",
				  "ValidatingAdmissionPolicy", false},
	[API_ADMISSION_BINDING] = {"admissionregistration.k8s.io/v1",
				   "validatingadmissionpolicybindings",
				   "ValidatingAdmissionPolicyBinding", false},
};

const char *path_kind_text(enum api_kind kind)
{
	must((unsigned)kind < API_KIND_N);
	return kinds[kind].kind;
}

const char *path_api_version(enum api_kind kind)
{
	must((unsigned)kind < API_KIND_N);
	return kinds[kind].group_version;
}

/* Names that no object has (apimachinery, IsValidPathSegmentName). Encoding them does not help:
 * the server splits the decoded path, so "a/b" would name another object. */
static bool names_nothing(const char *s)
{
	return !s || !*s || !strcmp(s, ".") || !strcmp(s, "..") || strpbrk(s, "/%");
}

static void segment(struct buf *out, const char *s)
{
	buf_putc(out, '/');
	buf_put_uri(out, s);
}

static void query(struct buf *out, const char *key, const char *value, char *sep)
{
	if (!value || !*value)
		return;
	buf_printf(out, "%c%s=", *sep, key);
	buf_put_uri(out, value);
	*sep = '&';
}

/* 5 to 10 minutes, different for each node and version, so that watches that began together
 * after an outage of the API server do not always end together. */
static unsigned watch_seconds(const struct api_request *req)
{
	uint64_t h = hash_str(0, str_or_empty(req->field_selector));
	return 300 + (unsigned)(hash_str(h, str_or_empty(req->rv)) % 300);
}

static void collection_query(const struct api_request *req, struct buf *out, char *sep)
{
	query(out, "fieldSelector", req->field_selector, sep);
	query(out, "labelSelector", req->label_selector, sep);
	if (req->verb == API_WATCH) {
		query(out, "watch", "1", sep);
		query(out, "allowWatchBookmarks", "true", sep);
		buf_printf(out, "%ctimeoutSeconds=%u", *sep, watch_seconds(req));
		query(out, "resourceVersion", req->rv, sep);
		return;
	}
	if (req->limit)
		buf_printf(out, "%climit=%u", *sep, req->limit);
	*sep = req->limit ? '&' : *sep;
	/* The next page of a list has the version of the first page. */
	if (req->cont && *req->cont)
		query(out, "continue", req->cont, sep);
	else
		query(out, "resourceVersion", req->rv, sep);
}

static void write_query(const struct api_request *req, const char *manager, struct buf *out,
			char *sep)
{
	if (req->kind == API_TOKENREVIEW)
		return;
	query(out, "fieldManager", manager, sep);
	if (req->verb == API_APPLY)
		query(out, "force", "false", sep);
	query(out, "dryRun", req->dry_run ? "All" : NULL, sep);
	if (req->kind == API_POD || req->kind == API_COMPUTE_NODE || req->kind == API_JOB)
		query(out, "fieldValidation", "Strict", sep);
}

enum rc path_build(const struct api_request *req, const char *manager, struct buf *out)
{
	char sep = '?';
	bool whole = req->verb == API_LIST || req->verb == API_WATCH;
	bool named = !whole && req->verb != API_CREATE;
	const char *gv = path_api_version(req->kind);
	bool in_namespace = kinds[req->kind].namespaced && (!whole || (req->ns && *req->ns));
	if ((named && names_nothing(req->name)) || (in_namespace && names_nothing(req->ns)))
		return RC_BADREQUEST;
	buf_puts(out, strchr(gv, '/') ? "/apis/" : "/api/");
	buf_puts(out, gv);
	if (in_namespace) {
		buf_puts(out, "/namespaces");
		segment(out, req->ns);
	}
	segment(out, kinds[req->kind].resource);
	if (named)
		segment(out, req->name);
	if (req->verb == API_PATCH_STATUS)
		buf_puts(out, "/status");
	if (whole)
		collection_query(req, out, &sep);
	else if (req->verb == API_DELETE)
		query(out, "dryRun", req->dry_run ? "All" : NULL, &sep);
	else if (req->verb != API_GET)
		write_query(req, manager, out, &sep);
	return buf_rc(out);
}
