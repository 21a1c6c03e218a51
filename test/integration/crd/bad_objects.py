# SPDX-License-Identifier: Apache-2.0
"""Objects that the API server must refuse, each with the words that its message must have: a path, so
that a user finds the field, and what is wrong. A case is (name, change of a good spec, words)."""

JOB_SPEC = {"command": ["true"]}


def template(**spec):
    return {"template": {"spec": spec}}


def main(**fields):
    return {"spec": {"containers": [{"name": "main", **fields}]}}


TERM = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "a"}}}
REQUIRED = {"requiredDuringSchedulingIgnoredDuringExecution": [TERM]}
PREFERRED = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": TERM}]}
PREFERENCE = {"matchExpressions": [{"key": "a", "operator": "Exists"}]}


def preferred(*each):
    return {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": list(each)}}


def terms(*expressions):
    return {"nodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": list(expressions)}]}}


def many(n, make):
    return [make(i) for i in range(n)]


def full_affinity(values):
    """As many terms and expressions as there may be, each with so many values."""
    expression = {"key": "a.example/" + "k" * 63, "operator": "NotIn", "values": many(values, lambda i: "v" * 61 + f"{i:02}")}
    return {"nodeAffinity": {"nodeSelectorTerms": many(16, lambda i: {"matchExpressions": many(16, lambda k: expression)})}}


BAD_JOBS = [
    ("parallelism 0", {"parallelism": 0}, ["spec.parallelism", "greater than or equal to 1"]),
    ("parallelism too large", {"parallelism": 10001}, ["spec.parallelism", "10000"]),
    ("parallelism text", {"parallelism": "3"}, ["spec.parallelism", "integer"]),
    ("completions 0", {"completions": 0}, ["spec.completions", "greater than or equal to 1"]),
    ("completions too large", {"completions": 100001}, ["spec.completions", "100000"]),
    ("completions text", {"completions": "3"}, ["spec.completions", "integer"]),
    ("membersPerNode 0", {"membersPerNode": 0}, ["spec.membersPerNode", "greater than or equal to 1"]),
    ("membersPerNode too large", {"membersPerNode": 257}, ["spec.membersPerNode", "256"]),
    ("membersPerNode text", {"membersPerNode": "3"}, ["spec.membersPerNode", "integer"]),
    ("env of Muster's own number", {"env": [{"name": "MUSTER_MEMBERS_PER_NODE", "value": "3"}]}, ["spec.env", "Muster itself sets"]),
    ("env of Muster's own", {"env": [{"name": "MUSTER_COMPLETIONS", "value": "3"}]}, ["spec.env", "Muster itself sets"]),
    ("minParallelism 0", {"minParallelism": 0}, ["spec.minParallelism"]),
    ("minParallelism too large", {"minParallelism": 10001}, ["spec.minParallelism"]),
    ("priority too low", {"priority": -1001}, ["spec.priority"]),
    ("priority too high", {"priority": 1001}, ["spec.priority"]),
    ("backoffLimit negative", {"backoffLimit": -1}, ["spec.backoffLimit"]),
    ("backoffLimitPerIndex negative", {"backoffLimitPerIndex": -1}, ["spec.backoffLimitPerIndex"]),
    ("no success rule", {"successPolicy": {"rules": []}}, ["spec.successPolicy.rules"]),
    ("success rules too many", {"successPolicy": {"rules": [{"succeededCount": 1}] * 21}}, ["spec.successPolicy.rules", "20"]),
    ("success rule empty", {"successPolicy": {"rules": [{}]}}, ["spec.successPolicy.rules[0]", "at least one of"]),
    ("success rule of text", {"successPolicy": {"rules": [{"succeededIndexes": "0,x"}]}}, ["succeededIndexes"]),
    ("success rule too long", {"successPolicy": {"rules": [{"succeededIndexes": "1" + ",1" * 20000}] * 2}},
     ["spec.successPolicy.rules", "65536 characters"]),
    ("success count negative", {"successPolicy": {"rules": [{"succeededCount": -1}]}}, ["succeededCount"]),
    ("success count above completions", {"completions": 4, "successPolicy": {"rules": [{"succeededCount": 5}]}},
     ["spec.successPolicy", "above completions"]),
    ("maxFailedIndexes negative", {"backoffLimitPerIndex": 1, "maxFailedIndexes": -1}, ["spec.maxFailedIndexes"]),
    ("maxFailedIndexes alone", {"maxFailedIndexes": 1},
     ["spec.backoffLimitPerIndex", "is required when maxFailedIndexes is specified"]),
    ("maxFailedIndexes above completions", {"backoffLimitPerIndex": 1, "completions": 4, "maxFailedIndexes": 5},
     ["spec.maxFailedIndexes", "must be less than or equal to completions"]),
    ("maxFailedIndexes above parallelism", {"backoffLimitPerIndex": 1, "parallelism": 4, "maxFailedIndexes": 5},
     ["spec.maxFailedIndexes", "must be less than or equal to completions"]),
    ("deadline 0", {"activeDeadlineSeconds": 0}, ["spec.activeDeadlineSeconds"]),
    ("DNS hostnames text", {"enableDNSHostnames": "yes"}, ["spec.enableDNSHostnames"]),
    ("launcher unknown", {"launcher": "MPICH"}, ["spec.launcher", "Torch"]),
    ("launcher without host names", {"launcher": "JAX", "enableDNSHostnames": False}, ["spec.launcher", "host names"]),
    ("dependency without a name", {"dependsOn": [{"condition": "Failed"}]}, ["spec.dependsOn[0].name"]),
    ("dependency on a name that no job has", {"dependsOn": [{"name": "a.b"}]}, ["spec.dependsOn[0].name"]),
    ("dependency on a name that is too long", {"dependsOn": [{"name": "a" * 58}]}, ["spec.dependsOn[0].name"]),
    ("dependency condition", {"dependsOn": [{"name": "a", "condition": "Completed"}]}, ["spec.dependsOn[0].condition"]),
    ("dependency twice", {"dependsOn": [{"name": "a"}, {"name": "a", "condition": "Failed"}]}, ["spec.dependsOn[1]", "Duplicate"]),
    ("dependencies too many", {"dependsOn": many(17, lambda i: {"name": f"a{i}"})}, ["spec.dependsOn", "16"]),
    ("start deadline 0", {"startDeadlineSeconds": 0}, ["spec.startDeadlineSeconds"]),
    ("start deadline too far", {"startDeadlineSeconds": 2147483648}, ["spec.startDeadlineSeconds"]),
    ("grace negative", {"terminationGracePeriodSeconds": -1}, ["spec.terminationGracePeriodSeconds"]),
    ("grace twice", {"terminationGracePeriodSeconds": 5, **template(terminationGracePeriodSeconds=5)},
     ["spec.terminationGracePeriodSeconds", "is given twice", "template.spec.terminationGracePeriodSeconds"]),
    ("ttl negative", {"ttlSecondsAfterFinished": -1}, ["spec.ttlSecondsAfterFinished"]),
    ("suspend text", {"suspend": "yes"}, ["spec.suspend", "boolean"]),
    ("onNodeLoss unknown", {"onNodeLoss": "Ignore"}, ["spec.onNodeLoss", "Replace"]),
    ("updateStrategy unknown", {"updateStrategy": {"type": "OnDelete"}}, ["spec.updateStrategy.type"]),
    ("maxUnavailable 0", {"updateStrategy": {"maxUnavailable": 0}}, ["spec.updateStrategy.maxUnavailable"]),
    ("maxUnavailable 0%", {"updateStrategy": {"maxUnavailable": "0%"}}, ["spec.updateStrategy.maxUnavailable"]),
    ("maxUnavailable 101%", {"updateStrategy": {"maxUnavailable": "101%"}},
     ["spec.updateStrategy.maxUnavailable"]),
    ("maxUnavailable of Recreate", {"updateStrategy": {"type": "Recreate", "maxUnavailable": 2}},
     ["spec.updateStrategy.maxUnavailable", "RollingUpdate only"]),
    ("nothing to run", {"command": None}, ["spec", "nothing to run"]),
    ("command text", {"command": "true"}, ["spec.command", "array"]),
    ("command too many", {"command": many(257, str)}, ["spec.command", "256"]),
    ("command word too long", {"command": ["x" * 16385]}, ["spec.command[0]"]),
    ("args too many", {"args": many(257, str)}, ["spec.args"]),
    ("image empty", {"image": ""}, ["spec.image"]),
    ("image with a space", {"image": "busybox 1.35"}, ["spec.image"]),
    ("env twice", {"env": [{"name": "A"}, {"name": "A"}]}, ["spec.env[1]", "Duplicate"]),
    ("env without name", {"env": [{"value": "1"}]}, ["spec.env[0].name"]),
    ("env name with =", {"env": [{"name": "A=B"}]}, ["spec.env[0].name"]),
    ("env value and valueFrom", {"env": [{"name": "A", "value": "1", "valueFrom": {"fieldRef": {
        "fieldPath": "metadata.name"}}}]}, ["spec.env[0]", "not both"]),
    ("env of two sources", {"env": [{"name": "A", "valueFrom": {
        "fieldRef": {"fieldPath": "metadata.name"}, "resourceFieldRef": {"resource": "limits.cpu"}}}]},
     ["spec.env[0].valueFrom"]),
    ("env that Muster sets", {"env": [{"name": "MUSTER_MEMBER_INDEX", "value": "1"}]},
     ["spec.env", "Muster itself sets"]),
    ("env too many", {"env": many(129, lambda i: {"name": f"A{i}"})}, ["spec.env", "128"]),
    ("quantity of nonsense", {"resources": {"requests": {"cpu": "much"}}}, ["spec.resources.requests.cpu"]),
    ("quantity negative", {"resources": {"requests": {"cpu": "-1"}}}, ["spec.resources.requests.cpu"]),
    ("quantity negative number", {"resources": {"limits": {"memory": -1}}}, ["spec.resources.limits.memory"]),
    ("quantity with a fraction as number", {"resources": {"requests": {"cpu": 0.5}}},
     ["spec.resources.requests.cpu", "integer,string"]),
    ("resource name", {"resources": {"requests": {"my cpu": "1"}}}, ["spec.resources.requests", "resource name"]),
    ("requests above limits", {"resources": {"requests": {"cpu": 2}, "limits": {"cpu": "500m"}}},
     ["spec.resources.requests", "above limits"]),
    ("selector key", {"nodeSelector": {"a b": "c"}}, ["spec.nodeSelector", "label key"]),
    ("selector value", {"nodeSelector": {"zone": "a b"}}, ["spec.nodeSelector.zone"]),
    ("selector value too long", {"nodeSelector": {"zone": "a" * 64}}, ["spec.nodeSelector.zone"]),
    ("affinity without terms", {"nodeAffinity": {}}, ["spec.nodeAffinity.nodeSelectorTerms"]),
    ("affinity empty term", {"nodeAffinity": {"nodeSelectorTerms": [{}]}}, ["matchExpressions"]),
    ("affinity as in a pod", {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}},
     ["requiredDuringSchedulingIgnoredDuringExecution", "put its nodeSelectorTerms here"]),
    ("preferred affinity without a weight", preferred({"preference": PREFERENCE}),
     ["preferredDuringSchedulingIgnoredDuringExecution[0].weight", "Required"]),
    ("preferred affinity, weight 0", preferred({"weight": 0, "preference": PREFERENCE}),
     ["preferredDuringSchedulingIgnoredDuringExecution[0].weight"]),
    ("preferred affinity, weight 101", preferred({"weight": 101, "preference": PREFERENCE}),
     ["preferredDuringSchedulingIgnoredDuringExecution[0].weight"]),
    ("preferred affinity for nothing", preferred({"weight": 1}),
     ["preferredDuringSchedulingIgnoredDuringExecution[0].preference", "Required"]),
    ("preferred affinity, empty", preferred({"weight": 1, "preference": {}}),
     ["preferredDuringSchedulingIgnoredDuringExecution[0].preference", "matchExpressions"]),
    ("preferred affinity by fields", preferred({"weight": 1, "preference": {"matchFields": [
        {"key": "metadata.name", "operator": "In", "values": ["n1"]}]}}),
     ["preference.matchFields", "kubernetes.io/hostname"]),
    ("preferred affinity In without values", preferred({"weight": 1, "preference": {"matchExpressions": [
        {"key": "a", "operator": "In"}]}}), ["preference.matchExpressions[0].values", "at least one"]),
    ("preferred affinity too many", preferred(*many(17, lambda i: {"weight": 1, "preference": PREFERENCE})),
     ["preferredDuringSchedulingIgnoredDuringExecution", "16"]),
    ("no affinity, in a pod's words", {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
     ["spec.nodeAffinity.nodeSelectorTerms"]),
    ("affinity by fields", {"nodeAffinity": {"nodeSelectorTerms": [{"matchFields": [
        {"key": "metadata.name", "operator": "In", "values": ["n1"]}]}]}},
     ["nodeSelectorTerms[0].matchFields", "kubernetes.io/hostname"]),
    ("affinity operator", terms({"key": "a", "operator": "Equals", "values": ["1"]}),
     ["matchExpressions[0].operator"]),
    ("affinity In without values", terms({"key": "a", "operator": "In"}),
     ["spec.nodeAffinity.nodeSelectorTerms[0].matchExpressions[0].values", "at least one"]),
    ("affinity Exists with values", terms({"key": "a", "operator": "Exists", "values": ["1"]}),
     ["matchExpressions[0].values", "take no values"]),
    ("affinity Gt of text", terms({"key": "a", "operator": "Gt", "values": ["many"]}),
     ["matchExpressions[0].values", "one integer"]),
    ("affinity Lt of two", terms({"key": "a", "operator": "Lt", "values": ["1", "2"]}),
     ["matchExpressions[0].values", "one integer"]),
    ("affinity key", terms({"key": "-a", "operator": "Exists"}), ["matchExpressions[0].key"]),
    ("affinity too many terms", {"nodeAffinity": {"nodeSelectorTerms": many(17, lambda i: {
        "matchExpressions": [{"key": "a", "operator": "Exists"}]})}}, ["nodeSelectorTerms", "16"]),
    ("affinity too many values in all", full_affinity(9),
     ["spec.nodeAffinity.nodeSelectorTerms", "at most 2048 values"]),
    ("toleration Exists with value", {"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]},
     ["spec.tolerations[0].value", "Exists takes no value"]),
    ("toleration without key", {"tolerations": [{"operator": "Equal"}]}, ["spec.tolerations[0].operator"]),
    ("toleration effect", {"tolerations": [{"key": "a", "effect": "Never"}]}, ["spec.tolerations[0].effect"]),
    ("toleration seconds", {"tolerations": [{"key": "a", "effect": "NoSchedule", "tolerationSeconds": 5}]},
     ["spec.tolerations[0].tolerationSeconds", "NoExecute"]),
    ("tolerations too many", {"tolerations": many(33, lambda i: {"key": f"k{i}"})}, ["spec.tolerations"]),
    ("template nodeName", template(nodeName="n"), ["spec.template.spec.nodeName", "nodeSelector"]),
    ("template nodeSelector", template(nodeSelector={"a": "b"}), ["spec.template.spec.nodeSelector"]),
    ("template node affinity", template(affinity={"nodeAffinity": {}}),
     ["spec.template.spec.affinity", "spec.nodeAffinity of the job"]),
    ("template pod affinity", template(affinity={"podAffinity": REQUIRED}),
     ["spec.template.spec.affinity.podAffinity", "not by what other pods run there"]),
    ("template pod anti-affinity", template(affinity={"podAntiAffinity": {**REQUIRED, **PREFERRED}}),
     ["spec.template.spec.affinity.podAntiAffinity", "share no node unless"]),
    ("template tolerations", template(tolerations=[{"operator": "Exists"}]), ["spec.template.spec.tolerations"]),
    ("template schedulerName", template(schedulerName="x"), ["spec.template.spec.schedulerName"]),
    ("template schedulingGates", template(schedulingGates=[{"name": "a"}]), ["spec.template.spec.schedulingGates"]),
    ("template topologySpreadConstraints", template(topologySpreadConstraints=[{}]),
     ["spec.template.spec.topologySpreadConstraints"]),
    ("template topologySpreadConstraints, one of two", template(topologySpreadConstraints=[
        {"whenUnsatisfiable": "ScheduleAnyway"}, {"whenUnsatisfiable": "DoNotSchedule"}]),
     ["spec.template.spec.topologySpreadConstraints", "only ScheduleAnyway"]),
    ("template resourceClaims", template(resourceClaims=[{"name": "a"}]), ["spec.template.spec.resourceClaims"]),
    ("template hostname", template(hostname="a"), ["spec.template.spec.hostname"]),
    ("template subdomain", template(subdomain="a"), ["spec.template.spec.subdomain"]),
    ("template restartPolicy", template(restartPolicy="Always"), ["spec.template.spec.restartPolicy", "Never"]),
    ("template ephemeral volume", template(volumes=[{"name": "a", "ephemeral": {}}]),
     ["spec.template.spec.volumes", "ephemeral"]),
    ("template no container", template(containers=[]), ["spec.template.spec.containers"]),
    ("template container without name", template(containers=[{"image": "a"}]),
     ["spec.template.spec.containers[0].name"]),
    ("template containers of one name", template(containers=[{"name": "a"}, {"name": "a"}]),
     ["spec.template.spec.containers"]),
    ("template label of ours", {"template": {"metadata": {"labels": {"muster.dev/attempt": "1"}}}},
     ["spec.template.metadata.labels", "muster.dev/"]),
    ("template label value", {"template": {"metadata": {"labels": {"a": "b c"}}}},
     ["spec.template.metadata.labels.a"]),
    ("template annotation of ours", {"template": {"metadata": {"annotations": {"muster.dev/a": "1"}}}},
     ["spec.template.metadata.annotations"]),
    ("command twice", {"template": main(command=["a"])}, ["spec.command", "given twice"]),
    ("args twice", {"args": ["a"], "template": main(args=["a"])}, ["spec.args", "given twice"]),
    ("image twice", {"image": "a", "template": main(image="a")}, ["spec.image", "given twice"]),
    ("resources twice", {"resources": {}, "template": main(resources={})}, ["spec.resources", "given twice"]),
    ("env variable twice", {"env": [{"name": "A"}], "template": main(env=[{"name": "B"}, {"name": "A"}])},
     ["spec.env", "sets too"]),
    ("unknown field", {"parralelism": 3}, ["unknown field", "spec.parralelism"]),
]

BAD_NAMES = ["a" * 58, "a.b", "A", "-a"]

BAD_NODES = [
    ("resources list", {"resources": ["cpu"]}, ["spec.resources"]),
    ("resources quantity", {"resources": {"cpu": "lots"}}, ["spec.resources.cpu"]),
    ("resources negative", {"resources": {"memory": -5}}, ["spec.resources.memory"]),
    ("resources name", {"resources": {"a b": 1}}, ["spec.resources", "resource name"]),
    ("resources too many", {"resources": {f"example.com/r{i}": 1 for i in range(65)}}, ["spec.resources", "64"]),
    ("unschedulable text", {"unschedulable": "true"}, ["spec.unschedulable"]),
    ("unknown field", {"cordoned": True}, ["unknown field", "spec.cordoned"]),
]

GOOD_JOBS = [
    ("smallest", {}),
    ("issue's own shape", {"nodeSelector": {"kubernetes.io/os": "linux"}, "parallelism": 3}),
    ("everything", {
        "args": ["a"], "image": "registry.example/a:1@sha256:" + "0" * 64, "completions": 100000, "parallelism": 10000,
        "minParallelism": 1, "membersPerNode": 256,
        "priority": -1000, "suspend": True, "backoffLimit": 0, "backoffLimitPerIndex": 0, "maxFailedIndexes": 100000,
        "successPolicy": {"rules": [{"succeededIndexes": "0,2-5"}, {"succeededIndexes": "7-99999", "succeededCount": 3}, {"succeededCount": 5}]},
        "activeDeadlineSeconds": 1,
        "dependsOn": many(16, lambda i: {"name": f"{i}" + "a" * 55, "condition": ["Complete", "Failed", "Finished", "Started"][i % 4]}),
        "startDeadlineSeconds": 1, "terminationGracePeriodSeconds": 0, "ttlSecondsAfterFinished": 0, "onNodeLoss": "Wait", "enableDNSHostnames": True, "launcher": "Slurm",
        "updateStrategy": {"type": "RollingUpdate", "maxUnavailable": "25%"},
        "env": [{"name": "A", "value": ""}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
        "resources": {"requests": {"cpu": 1, "memory": "1.5Gi", "example.com/gpu": "2"}, "limits": {"cpu": "1000m"}},
        "nodeSelector": {"kubernetes.io/hostname": "n1", "empty": ""},
        "nodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": [
            {"key": "a.example/b", "operator": "In", "values": ["x", "y"]},
            {"key": "c", "operator": "DoesNotExist"}, {"key": "d", "operator": "Gt", "values": ["-3"]}]}]},
        "tolerations": [{"operator": "Exists"}, {"key": "a", "value": "b", "effect": "NoExecute",
                                                 "tolerationSeconds": 30}]}),
    ("as large an affinity as there may be", full_affinity(8)),
    ("template of a live Job", {"command": None, "template": {
        "metadata": {"creationTimestamp": None, "name": "a", "labels": {
            "batch.kubernetes.io/controller-uid": "c7d8", "batch.kubernetes.io/job-name": "a", "job-name": "a"}},
        "spec": {"containers": [{"name": "a", "image": "a", "resources": {}, "imagePullPolicy": "Always",
                                 "terminationMessagePath": "/dev/termination-log"}],
                 "dnsPolicy": "ClusterFirst", "restartPolicy": "Never", "schedulerName": "default-scheduler",
                 "securityContext": {}, "terminationGracePeriodSeconds": 30}}}),
    ("template of a chart, without demands", template(
        nodeSelector={}, affinity={}, tolerations=[], topologySpreadConstraints=[], schedulingGates=[],
        resourceClaims=[], ephemeralContainers=[], nodeName="", hostname="", subdomain="", restartPolicy="",
        volumes=[], initContainers=[])),
    ("template that prefers to be apart", template(
        affinity={"podAntiAffinity": PREFERRED, "podAffinity": {**PREFERRED, "requiredDuringSchedulingIgnoredDuringExecution": []}},
        topologySpreadConstraints=[{**TERM, "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}])),
    ("template with nulls", {"command": None, "template": {"metadata": {"labels": None, "annotations": None}, "spec": {
        "nodeSelector": None, "affinity": None, "tolerations": None, "topologySpreadConstraints": None,
        "schedulingGates": None, "resourceClaims": None, "ephemeralContainers": None, "nodeName": None,
        "hostname": None, "subdomain": None, "schedulerName": None, "restartPolicy": None, "volumes": None,
        "initContainers": None, "securityContext": None, "containers": [
            {"name": "main", "image": "a", "command": None, "args": None, "env": None, "resources": None}]}}}),
    ("amount that is a number with a fraction", template(
        containers=[{"name": "a", "image": "a", "resources": {"limits": {"cpu": 0.5}}}])),
    ("template alone", {"command": None, **template(containers=[{"name": "one", "image": "a"}])}),
    ("template beside short fields", {"image": "a", "env": [{"name": "A"}], "template": {
        "metadata": {"labels": {"team": "x"}, "annotations": {"a": "b c"}},
        "spec": {"restartPolicy": "Never", "serviceAccountName": "robot", "terminationGracePeriodSeconds": 3,
                 "volumes": [{"name": "v", "emptyDir": {}}], "initContainers": [{"name": "i", "image": "a"}],
                 "containers": [{"name": "main", "env": [{"name": "B", "value": "1"}],
                                 "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}}}),
    ("preferred affinity alone", preferred({"weight": 100, "preference": PREFERENCE})),
    ("preferred affinity beside terms", {"nodeAffinity": {
        "nodeSelectorTerms": [PREFERENCE], **preferred({"weight": 1, "preference": PREFERENCE})["nodeAffinity"]}}),
    ("Recreate", {"updateStrategy": {"type": "Recreate"}}),
]
