/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people read them. Nothing here reads a clock or the environment. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "model/object.h"

/* A span as kubectl writes ages (apimachinery, duration.HumanDuration): 59s, 3m20s, 12m, 5h7m, 26h,
 * 2d4h, 9d, 2y30d. Below zero: "0s", as far as clocks differ. */
void text_span(struct buf *out, int64_t ms);
/* What has passed from then_ms to now_ms; "-" if then_ms is 0. */
void text_since(struct buf *out, int64_t then_ms, int64_t now_ms);
/* Memory in Gi with at most one digit behind the point ("1.5Gi"), below 1Gi in Mi, below 1Mi in Ki;
 * milli is bytes * 1000, cut down. */
void text_memory(struct buf *out, int64_t milli);
/* CPUs with at most two digits behind the point ("0.25", "12"); cut down. */
void text_cpus(struct buf *out, int64_t milli);
/* Names of hosts as Slurm writes lists of them: "node-[1-3,07],login", in the order of names and
 * numbers. At most max bytes; then it ends with "+N", N names are left out. v is sorted in place.
 */
void text_hosts(struct buf *out, const char **v, uint32_t n, size_t max);
/* A selection of indexes: "3", "3,5-9". RC_BADREQUEST with the next step. max: the highest allowed.
 */
struct runs;
enum rc text_indexes(const char *s, uint32_t max, struct runs *ret, struct err *e) must_use;
/* A span from the command line: "5s", "2m30s", or a number of seconds. RC_BADREQUEST. */
enum rc text_parse_span(const char *s, int64_t *ret_ms, struct err *e) must_use;
/* Digits alone, at most max. False: it is no such number. */
bool text_number(const char *s, uint32_t max, uint32_t *ret);
