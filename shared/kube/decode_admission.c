/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy of admissionregistration.k8s.io/v1 leaves out is looked for in its failurePolicy,
 * in its binding's validationActions, and in the selectors of both (MatchResources). Its
 * expressions are not read. */
#include "kube/decode_admission.h"

#include "kube/decode_meta.h"

/* A selector that is not empty does not match everything. */
static bool narrows(const json_t *o, const char *field)
{
	const json_t *s = json_object_get(o, field);
	return json_object_size(json_object_get(s, "matchLabels")) > 0 ||
	       json_array_size(json_object_get(s, "matchExpressions")) > 0;
}

static bool leaves_out(const json_t *match)
{
	return narrows(match, "namespaceSelector") || narrows(match, "objectSelector") ||
	       json_array_size(json_object_get(match, "excludeResourceRules")) > 0;
}

static bool denies(const json_t *spec)
{
	const json_t *l = json_object_get(spec, "validationActions");
	for (size_t i = 0; i < json_array_size(l); i++) {
		if (str_eq(json_string_value(json_array_get(l, i)), "Deny"))
			return true;
	}
	return false;
}

static const char *wrong_with_policy(const json_t *spec)
{
	const json_t *match = json_object_get(spec, "matchConstraints");
	if (str_eq(js_str(spec, "failurePolicy"), "Ignore"))
		return "policy's failurePolicy is Ignore";
	if (!json_array_size(json_object_get(spec, "validations")))
		return "policy has no validations";
	if (!json_array_size(json_object_get(match, "resourceRules")))
		return "policy matches no resources";
	return leaves_out(match) ? "policy has selectors that leave pods out" : "";
}

static const char *wrong_with_binding(const json_t *spec)
{
	const json_t *match = json_object_get(spec, "matchResources");
	if (!denies(spec))
		return "binding's validationActions are without Deny";
	if (json_object_size(json_object_get(spec, "paramRef")))
		return "binding has parameters";
	if (leaves_out(match) || json_array_size(json_object_get(match, "resourceRules")))
		return "binding has selectors that leave pods out";
	return "";
}

void decode_admission(struct arena *a, enum api_kind kind, const json_t *o, struct admission *ret)
{
	const json_t *spec = json_object_get(o, "spec");
	*ret = (struct admission){.policy = str_or_empty(js_str(spec, "policyName")),
				  .why = kind == API_ADMISSION_POLICY ? wrong_with_policy(spec)
								      : wrong_with_binding(spec)};
	decode_meta(a, o, &ret->meta);
	if (ret->meta.deleted_ms)
		ret->why = "object is being deleted";
}
