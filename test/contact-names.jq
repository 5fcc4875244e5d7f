# SPDX-License-Identifier: Apache-2.0
#
# jq -r --rawfile names contact-names/FORMAT -f contact-names.jq: prints what a
# record has that the list does not have, or that is of another type.  What is
# the agent's own is in "pipette".

def is_of($kind):
    if $kind == "string" then type == "string"
    elif $kind == "ip" then
        type == "string" and
        test("^([0-9]+([.][0-9]+){3}|[0-9a-f]*:[0-9a-f:]+)$")
    elif $kind == "date" then
        type == "string" and
        test("^[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$")
    elif $kind == "integer" then type == "number" and . == floor
    elif $kind == "real" then type == "number"
    else type == $kind
    end;

($names | split("\n") | map(select(test("^[^#]")) | split(" ") |
    {(.[0]): .[1]}) | add) as $known |
. as $record |
paths(scalars) |
select(.[0] | test("^pipette($|[.])") | not) |
. as $path |
(map(if type == "number" then "[]" else ".\(.)" end) | add | .[1:]) as $name |
($record | getpath($path)) as $value |
select($known[$name] == null or ($value | is_of($known[$name]) | not)) |
"\($name) \($value): \($known[$name] // "no such name")"
