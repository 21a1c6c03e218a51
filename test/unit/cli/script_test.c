/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts as people bring them from Slurm, and the jobs that are made of them. */
#include "cli/job_of_script.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kube/js.h"
#include "test/lib/check.h"

#define SH "#!/bin/sh\n"

static enum rc make(const char *text, json_t **ret, struct buf *notes, struct err *e)
{
	static const char *const args[] = {"one", "two words"};
	const struct job_source from = {"dir/My_Script.v2.sh", args, 2};
	AUTO(script_done) struct script s;
	*e = (struct err){""};
	*ret = NULL;
	enum rc rc = script_parse(text, strlen(text), &s, e);
	return rc == RC_OK ? job_of_script(&s, &from, ret, notes, e) : rc;
}

/* want: the spec without command and env, as JSON with sorted keys. */
static void becomes(void **state)
{
	static const struct {
		const char *name, *lines, *want;
	} cases[] = {
		{"nothing", "", "{}"},
		{"nodes", "#SBATCH -N 4", "{\"parallelism\":4}"},
		{"nodes, long, with value behind", "#SBATCH --nodes 4", "{\"parallelism\":4}"},
		{"nodes, long", "#SBATCH --nodes=4", "{\"parallelism\":4}"},
		{"tasks", "#SBATCH -n4", "{\"parallelism\":4}"},
		{"both, the same", "#SBATCH -N 2 -n 2 --ntasks-per-node=1", "{\"parallelism\":2}"},
		{"nodes that members share", "#SBATCH -N 2 --ntasks-per-node=4",
		 "{\"membersPerNode\":4,\"parallelism\":8}"},
		{"tasks that share nodes", "#SBATCH -n 6 --ntasks-per-node=4",
		 "{\"membersPerNode\":4,\"parallelism\":6}"},
		{"all three", "#SBATCH -N 2 -n 8 --ntasks-per-node=4 --mem-per-cpu=1G",
		 "{\"membersPerNode\":4,\"parallelism\":8,\"resources\":{\"limits\":{\"memory\":"
		 "\"1Gi\"},\"requests\":{\"memory\":\"1Gi\"}}}"},
		{"the last one counts", "#SBATCH -N 2\n#SBATCH -N 3", "{\"parallelism\":3}"},
		{"CPUs and memory", "#SBATCH -c 4 --mem=2G",
		 "{\"resources\":{\"limits\":{\"memory\":\"2Gi\"},\"requests\":{\"cpu\":\"4\","
		 "\"memory\":\"2Gi\"}}}"},
		{"memory in MB", "#SBATCH --mem 1500",
		 "{\"resources\":{\"limits\":{\"memory\":\"1500Mi\"},\"requests\":{\"memory\":"
		 "\"1500Mi\"}}}"},
		{"memory by CPU", "#SBATCH -c 3 --mem-per-cpu=512M",
		 "{\"resources\":{\"limits\":{\"memory\":\"1536Mi\"},\"requests\":{\"cpu\":\"3\","
		 "\"memory\":\"1536Mi\"}}}"},
		{"GPUs", "#SBATCH --gres=gpu:2",
		 "{\"resources\":{\"limits\":{\"nvidia.com/gpu\":\"2\"},\"requests\":{\"nvidia.com/"
		 "gpu\":\"2\"}}}"},
		{"time", "#SBATCH -t 1-02:03:04", "{\"activeDeadlineSeconds\":93784}"},
		{"no limit", "#SBATCH --time=UNLIMITED", "{}"},
		{"partition", "#SBATCH -p gpu",
		 "{\"nodeSelector\":{\"muster.dev/partition\":\"gpu\"}}"},
		{"array", "#SBATCH --array=0-99%10",
		 "{\"completions\":100,\"minParallelism\":1,\"parallelism\":10}"},
		{"array, all at once", "#SBATCH -a 0-3",
		 "{\"completions\":4,\"minParallelism\":1,\"parallelism\":4}"},
		{"large array", "#SBATCH -a 0-99999",
		 "{\"completions\":100000,\"minParallelism\":1,\"parallelism\":10000}"},
		{"dependencies", "#SBATCH -d afterok:a:b,after:c",
		 "{\"dependsOn\":[{\"condition\":\"Complete\",\"name\":\"a\"},{\"condition\":"
		 "\"Complete\",\"name\":\"b\"},"
		 "{\"condition\":\"Started\",\"name\":\"c\"}]}"},
		{"ours", "#MUSTER --image=\"a b\" --priority=-5 --backoff-limit 0 -N 2",
		 "{\"backoffLimit\":0,\"image\":\"a b\",\"parallelism\":2,\"priority\":-5}"},
		{"comments", "#SBATCH -N 2 # two\n# SBATCH -N 9\n#SBATCHX -N 9\n\n#SBATCH",
		 "{\"parallelism\":2}"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done)
		struct buf text = BUF_INIT(4096), have = BUF_INIT(4096), notes = BUF_INIT(4096);
		struct err e;
		json_t *job;
		buf_printf(&text, SH "%s\necho hi\n#SBATCHX\n", cases[i].lines);
		CASE(e.msg, make(buf_str(&text), &job, &notes, &e) == RC_OK);
		json_t *spec = json_object_get(job, "spec");
		json_object_del(spec, "command");
		json_object_del(spec, "env");
		js_dump(spec, &have);
		CASE_STR(cases[i].name, buf_str(&have), cases[i].want);
		CASE(cases[i].name, !notes.len);
		json_decref(job);
	}
}

static void is_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"echo hi\n", "line 1: a script begins with #!"},
		{"#!\n", "line 1: the program is missing"},
		{SH "#SBATCH --exclusive\n", "line 2: Muster has nothing for this option"},
		{SH "\n#SBATCH -N 2 --nope=3\n", "line 3: Muster has nothing for this option"},
		{SH "#SBATCH word\n", "line 2: Muster has nothing"},
		{SH "#SBATCH --image=x\n", "line 2: Muster has nothing"},
		{SH "#SBATCH --node=3\n", "line 2: Muster has nothing"},
		{SH "#SBATCH -N\n", "line 2: a value is wanted for -N"},
		{SH "#SBATCH --nodes=\n", "line 2: a value is wanted for nodes"},
		{SH "#SBATCH -J 'x\n", "line 2: a quote is not closed"},
		{SH "#SBATCH -N 0\n", "line 2: a number from 1 on"},
		{SH "#SBATCH -N 1-4\n", "line 2: a number from 1 on"},
		{SH "#SBATCH -N 10001\n", "line 2: a number from 1 on"},
		{SH "#SBATCH -N 2\n#SBATCH -n 8\n", "line 3: each member has a node of its own"},
		{SH "#SBATCH -N 2 --ntasks-per-node=2\n#SBATCH -n 5\n",
		 "line 3: -n must be -N times"},
		{SH "#SBATCH --ntasks-per-node=257\n", "line 2: a number from 1 on"},
		{SH "#SBATCH -N 10000 --ntasks-per-node=2\n", "line 2: that is more than 10000"},
		{SH "#SBATCH --ntasks-per-node=2\n#SBATCH --mem=1G\n", "line 3: it is of a node"},
		{SH "#SBATCH --ntasks-per-node=2\n#SBATCH --gres=gpu:1\n",
		 "line 3: it is of a node"},
		{SH "#SBATCH --mem=lots\n", "line 2: a size is wanted"},
		{SH "#SBATCH --mem=0\n", "line 2: a size is wanted"},
		{SH "#SBATCH --mem=1G --mem-per-cpu=1G\n", "line 2: it excludes --mem"},
		{SH "#SBATCH -t 1:2:3:4\n", "line 2: a time is wanted"},
		{SH "#SBATCH --array=1-10\n", "line 2: indexes begin at 0"},
		{SH "#SBATCH --array=0-10:2\n", "line 2: indexes begin at 0"},
		{SH "#SBATCH --array=0-9%0\n", "line 2: indexes begin at 0"},
		{SH "#SBATCH --array=0-100000\n", "line 2: indexes begin at 0"},
		{SH "#SBATCH --array=0-9 -N 2\n", "line 2: a task of an array is one member"},
		{SH "#SBATCH --gres=gpu:a100:2\n", "line 2: only gpu:N is known"},
		{SH "#SBATCH --gres=license:2\n", "line 2: only gpu:N is known"},
		{SH "#SBATCH -d singleton\n", "line 2: write afterok:JOB"},
		{SH "#SBATCH -d afterok\n", "line 2: write afterok:JOB"},
		{SH "#SBATCH -d afterok:\n", "line 2: write afterok:JOB"},
		{SH "#SBATCH -d afterok:a?afterok:b\n", "line 2: write afterok:JOB"},
		{SH "#SBATCH -d afterok:a,\n", "line 2: write afterok:JOB"},
		{SH "#SBATCH -d afterburstbuffer:a\n", "line 2: write afterok:JOB"},
		{SH "#SBATCH -p a,b\n", "line 2: one partition is wanted"},
		{SH "#MUSTER --priority=1001\n", "line 2: a number from -1000"},
		{SH "#SBATCH -J \xff\n", "line 2: it is no UTF-8"},
		{"#!/usr/bin/perl\n", "line 1: only shells and Python"},
		{SH "echo \xff\n", "the script is no UTF-8"},
		{SH "echo\r\n", "the script has DOS line breaks"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf notes = BUF_INIT(4096);
		struct err e;
		json_t *job;
		CASE(cases[i].text, make(cases[i].text, &job, &notes, &e) == RC_BADREQUEST);
		CASE(e.msg, strstr(e.msg, cases[i].says));
		assert_null(job);
	}
	AUTO(mem_freep) char *big = mem_alloc(SCRIPT_MAX + 2);
	memset(big, 'x', SCRIPT_MAX + 1);
	memcpy(big, SH, strlen(SH));
	big[SCRIPT_MAX + 1] = 0;
	struct script s;
	struct err e = {""};
	assert_int_equal(script_parse(big, SCRIPT_MAX + 1, &s, &e), RC_BADREQUEST);
	assert_non_null(strstr(e.msg, "more than 16384 bytes"));
	script_done(&s);
}

static void what_runs(void **state)
{
	static const struct {
		const char *text, *command, *name;
	} cases[] = {
		{SH "#SBATCH -J x\necho",
		 "[\"/bin/sh\",\"-c\",\"#!/bin/sh\\n#SBATCH -J "
		 "x\\necho\",\"dir/My_Script.v2.sh\",\"one\",\"two words\"]",
		 "{\"name\":\"x\"}"},
		{"#!/usr/bin/env -S bash -l\n",
		 "[\"/usr/bin/env\",\"-S\",\"bash\",\"-l\",\"-c\",\"#!/usr/bin/env -S bash "
		 "-l\\n\",\"dir/My_Script.v2.sh\",\"one\",\"two words\"]",
		 "{\"generateName\":\"my-script-\"}"},
		/* Kubernetes makes $ of $$, and a variable's value of $(NAME). */
		{SH "echo $$ $(pwd) $1 $$$ $",
		 "[\"/bin/sh\",\"-c\",\"#!/bin/sh\\necho $$$ $$(pwd) $1 $$$$$ "
		 "$\",\"dir/My_Script.v2.sh\",\"one\",\"two words\"]",
		 "{\"generateName\":\"my-script-\"}"},
		{"#!/usr/bin/python3",
		 "[\"/usr/bin/python3\",\"-c\",\"#!/usr/bin/python3\",\"one\",\"two words\"]",
		 "{\"generateName\":\"my-script-\"}"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done)
		struct buf command = BUF_INIT(4096), meta = BUF_INIT(4096), notes = BUF_INIT(4096);
		struct err e;
		json_t *job;
		CASE(cases[i].text, make(cases[i].text, &job, &notes, &e) == RC_OK);
		js_dump(js_path(job, "spec", "command"), &command);
		js_dump(json_object_get(job, "metadata"), &meta);
		CASE_STR(cases[i].text, buf_str(&command), cases[i].command);
		CASE_STR(cases[i].text, buf_str(&meta), cases[i].name);
		json_decref(job);
	}
}

static void notes_and_variables(void **state)
{
	AUTO(buf_done) struct buf notes = BUF_INIT(4096), env = BUF_INIT(4096);
	struct err e;
	json_t *job;
	(void)state;
	assert_int_equal(make(SH "#SBATCH -o out-%j.txt -N 2 -c 3\nhostname\n#SBATCH -N 5\n", &job,
			      &notes, &e),
			 RC_OK);
	assert_string_equal(
		buf_str(&notes),
		"line 2: what members write is in their logs, not in out-%j.txt\n"
		"line 4: options behind the first command are not read, as by sbatch\n");
	js_dump(js_path(job, "spec", "env"), &env);
	assert_string_equal(buf_str(&env),
			    "[{\"name\":\"SLURM_PROCID\",\"valueFrom\":{\"fieldRef\":{"
			    "\"fieldPath\":\"metadata.labels['muster.dev/member-index']\"}}},"
			    "{\"name\":\"SLURM_JOB_NAME\",\"valueFrom\":{\"fieldRef\":{"
			    "\"fieldPath\":\"metadata.labels['muster.dev/job-name']\"}}},"
			    "{\"name\":\"SLURM_NTASKS\",\"value\":\"2\"},{\"name\":\"SLURM_CPUS_"
			    "PER_TASK\",\"value\":\"3\"}]");
	json_decref(job);
}

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} cases[] = {{"0", 0},        {"90", 5400},     {"1:30", 90},       {"2:00:01", 7201},
		     {"1-1", 90000},  {"1-0:1", 86460}, {"1-0:0:1", 86401}, {"infinite", 0},
		     {"", -1},        {"-1", -1},       {"1-", -1},         {"1:", -1},
		     {":1", -1},      {"1:2:3:4", -1},  {"1x", -1},         {"1000001", -1},
		     {"24001-0", -1}, {"1-1-1", -1}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t s = 0;
		CASE(cases[i].text, script_time(cases[i].text, &s) == (cases[i].want >= 0));
		CASE(cases[i].text, cases[i].want < 0 || s == (uint64_t)cases[i].want);
	}
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t want; /* 0: refused */
	} cases[] = {{"1", 1 << 20},     {"1K", 1024}, {"2kb", 2048}, {"1G", 1 << 30},
		     {"1T", 1ULL << 40}, {"0", 0},     {"", 0},       {"x", 0},
		     {"1X", 0},          {"1GiB", 0},  {"-1", 0},     {"1.5G", 0},
		     {"1073741824T", 0}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t n = 0;
		CASE(cases[i].text, script_size(cases[i].text, &n) == (cases[i].want > 0));
		CASE(cases[i].text, !cases[i].want || n == cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes),   cmocka_unit_test(is_refused),
		cmocka_unit_test(what_runs), cmocka_unit_test(notes_and_variables),
		cmocka_unit_test(times),     cmocka_unit_test(sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
