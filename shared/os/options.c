/* SPDX-License-Identifier: Apache-2.0 */
/* Own code instead of getopt_long: the same table gives defaults, environment and --help, so that
 * the three cannot differ. */
#include "os/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/clocktext.h"
#include "base/mem.h"

static enum rc set_choice(const struct option_rule *r, const char *value, struct err *e)
{
	for (int i = 0; r->choices[i]; i++) {
		if (!strcmp(r->choices[i], value)) {
			*(int *)r->target = i;
			return RC_OK;
		}
	}
	return err_set(e, RC_CONFIG, "--%s is \"%s\", but must be %s", r->name, value, r->value);
}

static enum rc set_bool(const struct option_rule *r, const char *value, struct err *e)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return err_set(e, RC_CONFIG, "--%s is \"%s\", but must be true or false", r->name,
			       value);
	*(bool *)r->target = value[0] == 't';
	return RC_OK;
}

static enum rc set_number(const struct option_rule *r, const char *value, struct err *e)
{
	enum { DIGITS_MAX = 9 };
	size_t n = strlen(value);
	int64_t sum = 0;
	if (!n || n > DIGITS_MAX || strspn(value, "0123456789") != n)
		return err_set(e, RC_CONFIG, "--%s is \"%s\", but must be a number from 0 to %d",
			       r->name, value, OPTION_NUMBER_MAX);
	for (size_t i = 0; i < n; i++)
		sum = sum * 10 + (value[i] - '0');
	*(int64_t *)r->target = sum;
	return RC_OK;
}

static enum rc set_value(const struct option_rule *r, const char *value, struct err *e)
{
	switch (r->kind) {
	case OPTION_STRING: *(const char **)r->target = value; return RC_OK;
	case OPTION_DURATION:
		if (clocktext_parse_duration(value, r->target) == RC_OK)
			return RC_OK;
		return err_set(e, RC_CONFIG,
			       "--%s is \"%s\", but must be a duration such as 2s or 500ms",
			       r->name, value);
	case OPTION_NUMBER: return set_number(r, value, e);
	case OPTION_BOOL: return set_bool(r, value, e);
	case OPTION_CHOICE: return set_choice(r, value, e);
	}
	return RC_CONFIG;
}

static enum rc set_defaults(const struct option_rule *rules, uint32_t n, struct err *e)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *env = rules[i].env ? getenv(rules[i].env) : NULL;
		const char *value = env && *env ? env : rules[i].fallback;
		if (!value && rules[i].kind == OPTION_STRING)
			value = "";
		enum rc rc = value ? set_value(&rules[i], value, e) : RC_OK;
		if (rc != RC_OK)
			return err_wrap(e, rc, "%s",
					env && *env ? rules[i].env : "built-in default");
	}
	return RC_OK;
}

static const struct option_rule *find(const struct option_rule *rules, uint32_t n, const char *name,
				      size_t len)
{
	for (uint32_t i = 0; i < n; i++) {
		if (strlen(rules[i].name) == len && !strncmp(rules[i].name, name, len))
			return &rules[i];
	}
	return NULL;
}

/* One option at argv[*i]; moves *i over its value. */
static enum rc parse_option(const struct option_rule *rules, uint32_t n, int argc, char **argv,
			    int *i, struct err *e)
{
	const char *arg = argv[*i] + 2;
	size_t len = strcspn(arg, "=");
	const struct option_rule *r = find(rules, n, arg, len);
	if (!r)
		return err_set(e, RC_CONFIG, "unknown option %s; --help lists them", argv[*i]);
	if (arg[len] == '=')
		return set_value(r, arg + len + 1, e);
	if (*i + 1 >= argc)
		return err_set(e, RC_CONFIG, "--%s needs a value: %s", r->name, r->value);
	(*i)++;
	return set_value(r, argv[*i], e);
}

enum rc options_parse(const struct option_rule *rules, uint32_t n, int argc, char **argv,
		      const char **ret_word, struct err *e)
{
	enum rc rc = set_defaults(rules, n, e);
	*ret_word = NULL;
	for (int i = 1; i < argc && rc == RC_OK; i++) {
		if (!strncmp(argv[i], "--", 2))
			rc = parse_option(rules, n, argc, argv, &i, e);
		else if (argv[i][0] == '-' || *ret_word)
			rc = err_set(e, RC_CONFIG,
				     "unexpected argument %s; --help lists the options", argv[i]);
		else
			*ret_word = argv[i];
	}
	return rc;
}

bool options_asked(int argc, char **argv, const char *flag)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], flag))
			return true;
	}
	return false;
}

void options_help(FILE *out, const char *usage, const struct option_rule *rules, uint32_t n)
{
	fprintf(out, "%s\n\n", usage);
	for (uint32_t i = 0; i < n; i++) {
		const struct option_rule *r = &rules[i];
		int width = fprintf(out, "  --%s %s", r->name, r->value);
		fprintf(out, "%*s %s", width < 34 ? 34 - width : 1, "", r->help);
		if (r->fallback)
			fprintf(out, " (%s)", *r->fallback ? r->fallback : "none");
		if (r->env)
			fprintf(out, " [$%s]", r->env);
		fputc('\n', out);
	}
	fprintf(out, "  --help, --version\n");
}
