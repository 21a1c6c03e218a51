# SPDX-License-Identifier: Apache-2.0
# Input: the pods of a job, as `kubectl get -w --output-watch-events -o json` prints them (slurped). Output:
# the largest number of members that were away at once, after all had been there. A member is there while a
# pod of its index that is not being deleted is ready or has succeeded.
def there: .metadata.deletionTimestamp == null
	and (.status.phase == "Succeeded" or (.status.containerStatuses[0].ready // false));
reduce .[] as $event ({ pods: {}, members: 0, away: 0 };
	($event.object | .metadata.name) as $name
	| if $event.type == "DELETED" then del(.pods[$name]) else .pods[$name] = $event.object end
	| ([.pods[] | select(there) | .metadata.labels["muster.dev/member-index"]] | unique | length) as $there
	| .members = ([.members, $there] | max)
	| .away = ([.away, .members - $there] | max))
| if .members == 0 then "no member was ever there" else .away end
