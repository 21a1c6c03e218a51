/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/owner.h"

#include "model/member.h"

json_t *encode_job_owner(const char *job_name, const char *job_uid)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "apiVersion", API_VERSION, "kind",
			 KIND_JOB_NAME, "name", job_name, "uid", job_uid, "controller", 1,
			 "blockOwnerDeletion", 1);
}
