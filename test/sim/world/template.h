/* SPDX-License-Identifier: Apache-2.0 */
/* The model's pod templates: words of the form KEY=VALUE that say what the container does and asks
 * for, "run=5000 exit=0 cpu=500 memory=1000 tol=KEY|VALUE|EFFECT …": run in ms, requests in
 * thousandths. spelt=ANYTHING: the same, written in another way. */
#pragma once

#include "base/arena.h"
#include "model/job.h"

enum {
	TEMPLATE_RES_MAX = 8,
	TEMPLATE_PORTS_MAX = 4,
	TEMPLATE_CLAIMS_MAX = 4,
	TEMPLATE_TOLERATIONS_MAX = 4
};
struct template_facts {
	int64_t run_ms;
	int32_t exit_code;
	uint32_t fails;  /* so many starts of an index fail with exit 1 before one succeeds */
	uint32_t bad;    /* each bad-th index fails whenever it is tried; 0: none does */
	uint32_t refuse; /* so many pods of an index are refused by the kubelet */
	/* So long the image cannot be pulled, a ConfigMap is missing, a volume is not mounted. */
	int64_t pull_ms, config_ms, mount_ms;
	/* An init container that runs so long and ends with init_exit; a sidecar that has started
	 * up after so long; a container that admission injects, whose image is there after so long;
	 * -1: there is none. */
	int64_t init_ms, sidecar_ms, inject_ms;
	int32_t init_exit;
	bool helper;      /* the user's second container */
	int64_t ready_ms; /* main is ready so long after its start */
	uint32_t says;    /* when it fails: which of the texts of template_says() */
	bool oom;         /* it is killed for memory */
	bool evict;       /* it fills its emptyDir above the limit: the kubelet evicts it */
	/* It asks for an unsafe sysctl, which every sysctl-th machine refuses; 0: it does not */
	uint32_t sysctl;
	bool briefly; /* tolerationSeconds is 0: what it tolerates evicts it at once all the same */
	/* Asked to stop, it ends with this code (0: it catches SIGTERM) after so long. */
	int32_t term_code; /* 143 of one that does not catch SIGTERM */
	int64_t stop_ms;
	int64_t late_ms; /* the kubelet tells of its end so much later */
	struct res requests[TEMPLATE_RES_MAX];
	uint32_t nrequests;
	struct {
		uint16_t port;
		const char *address; /* NULL: all */
	} ports[TEMPLATE_PORTS_MAX]; /* host ports */
	uint32_t nports;
	const char *runtime_class; /* NULL: none */
	const char *claims[TEMPLATE_CLAIMS_MAX];
	uint32_t nclaims;
	struct toleration tolerations[TEMPLATE_TOLERATIONS_MAX];
	uint32_t ntolerations;
};
struct template_facts template_parse(struct arena *a, const char *text);
/* What such a program has written last; n counts on through them. NULL for 0. */
const char *template_says(uint32_t n);
/* The text without how it is written. */
const char *template_form(struct arena *a, const char *text);
/* The text with these tolerations instead of its own. */
const char *template_with(struct arena *a, const char *text, const struct toleration *v,
			  uint32_t n);
