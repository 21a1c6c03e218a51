/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */
#include "cli/command.h"
#include "cli/help.h"
#include "cli/logs.h"
#include "cli/queue.h"
#include "cli/submit.h"

const struct command commands[CMD_N] = {
	[CMD_QUEUE] = {"queue", "", 0, 0, "Shows jobs, what runs and what waits, as squeue does",
		       "READY is members whose pods are ready, of how many are to run at once. "
		       "TIME is how long a job\n"
		       "has run or, if it has not started, waited. The last column has nodes, or "
		       "why there are none.\n"
		       "Finished jobs are shown with -t all.\n",
		       queue_run},
	[CMD_TOP] = {"top", "[nodes|jobs]", 0, 1,
		     "Shows what nodes offer and what is free, or what jobs ask",
		     "All amounts are requests, by which Muster places members; they are not "
		     "measured.\n",
		     top_run},
	[CMD_EXPLAIN] =
		{"explain", "JOB", 1, 1,
		 "Shows one job and why it is as it is: conditions, members, failures, Events",
		 "Members that are not well come first. -o wide shows all. -o json is for programs "
		 "(docs/cli.md).\n",
		 explain_run},
	[CMD_SUBMIT] = {"submit", "FILE|SCRIPT|- [ARGUMENT...]", 1, 1000,
			"Submits jobs: ComputeJobs in YAML or JSON, or a script",
			"A file that begins with #! is a script: its #SBATCH and #MUSTER lines say "
			"what it needs, and each member\n"
			"runs all of it. docs/cli.md lists the options. - is standard input.\n",
			submit_run},
	[CMD_CANCEL] = {"cancel", "JOB...", 1, 1000, "Deletes jobs and their pods", "", cancel_run},
	[CMD_HOLD] = {"hold", "JOB...", 1, 1000,
		      "Stops the members of jobs and keeps them from starting",
		      "Indexes that have succeeded stay so; the others begin anew after kubectl "
		      "muster release.\n",
		      hold_run},
	[CMD_RELEASE] = {"release", "JOB...", 1, 1000, "Lets held jobs start", "", release_run},
	[CMD_DRAIN] = {"drain", "NODE...", 1, 1000,
		       "Keeps new members from nodes; those that run stay until they end",
		       "The ComputeNode is cordoned: it is Draining while members run, then "
		       "Drained. kubectl drain moves members.\n",
		       drain_run},
	[CMD_RESUME] = {"resume", "NODE...", 1, 1000,
			"Lets members come to nodes that were drained", "", resume_run},
	[CMD_LOGS] = {"logs", "JOB", 1, 1, "Shows what members write, of all or of some indexes",
		      "Lines of several members begin with [INDEX]. With -f up to 100 logs are "
		      "read at once, and the others as\n"
		      "those end. Later attempts are not followed.\n",
		      logs_run},
	[CMD_COMPLETION] = {"completion", "bash|zsh|fish", 1, 1,
			    "Prints the completion script of a shell", "", completion_run},
	[CMD_HELP] = {"help", "[COMMAND|man]", 0, 1,
		      "Shows help, or the man page (help man | man -l -)", "", help_run},
	[CMD_VERSION] = {"version", "", 0, 0, "Prints the version", "", version_run},
};
