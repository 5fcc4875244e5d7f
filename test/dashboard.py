#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Prometheus and Grafana are given in doc/.

dashboard.py check DASHBOARD: says what is wrong with a dashboard of Grafana.
dashboard.py rules DASHBOARD: prints its queries as recording rules.
dashboard.py names FILE...: prints the metrics that dashboards (*.json) and
rules (*.yml) ask for.
"""

import json
import re
import sys

# What a dashboard has in version 36 of its schema, as Grafana publishes it in
# kinds/dashboard/dashboard_kind.cue: name, type, and "!" if it must be there.
# In the last three, plugins have more.
STRING, NUMBER, BOOL, LIST, OBJECT = str, (int, float), bool, list, dict
REF = {"type": STRING, "uid": STRING}
TARGET = {
    "datasource": REF, "expr!": STRING, "refId!": STRING, "range": BOOL,
    "instant": BOOL, "exemplar": BOOL, "editorMode": {"code", "builder"},
    "format": {"time_series", "table", "heatmap"}, "legendFormat": STRING,
    "interval": STRING, "hide": BOOL, "queryType": STRING,
    "intervalFactor": NUMBER,
}
GRID = {"h!": NUMBER, "w!": NUMBER, "x!": NUMBER, "y!": NUMBER,
        "static": BOOL}
MAPPING = {"type!": {"value"}, "options!": OBJECT}
THRESHOLDS = {
    "mode!": {"absolute", "percentage"},
    "steps!": [{"value": NUMBER, "color!": STRING, "index": NUMBER,
                "state": STRING}],
}
FIELD = {
    "displayName": STRING, "description": STRING, "unit": STRING,
    "decimals": NUMBER, "min": NUMBER, "max": NUMBER, "mappings": [MAPPING],
    "thresholds": THRESHOLDS, "noValue": STRING, "custom": OBJECT,
    "color": {"mode!": STRING, "fixedColor": STRING,
              "seriesBy": {"min", "max", "last"}},
    "links": LIST, "filterable": BOOL,
}
PANEL = {
    "type!": STRING, "id!": NUMBER, "title": STRING, "description": STRING,
    "transparent": BOOL, "datasource": REF, "gridPos!": GRID,
    "targets!": [TARGET], "options!": OBJECT, "interval": STRING,
    "maxDataPoints": NUMBER, "repeat": STRING, "repeatDirection": {"h", "v"},
    "transformations": LIST, "links": LIST, "timeFrom": STRING,
    "fieldConfig!": {
        "defaults!": FIELD,
        "overrides!": [{"matcher!": OBJECT, "properties!": LIST}],
    },
}
ROW = {
    "type!": {"row"}, "id!": NUMBER, "title": STRING, "collapsed!": BOOL,
    "gridPos": GRID, "panels!": LIST, "datasource": REF, "repeat": STRING,
}
VARIABLE = {
    "type!": {"query", "adhoc", "constant", "datasource", "interval",
              "textbox", "custom", "system"},
    "name!": STRING, "label": STRING, "description": STRING,
    "hide": {0, 1, 2}, "skipUrlSync": BOOL, "datasource": REF,
    "query": (str, dict), "...": None,
}
ANNOTATION = {
    "name!": STRING, "datasource!": REF, "enable!": BOOL, "hide": BOOL,
    "iconColor!": STRING, "...": None,
}
DASHBOARD = {
    "id": NUMBER, "uid": STRING, "title": STRING, "description": STRING,
    "revision": NUMBER, "gnetId": STRING, "tags": [STRING],
    "style": {"light", "dark"}, "timezone": STRING, "editable": BOOL,
    "graphTooltip": {0, 1, 2}, "time": {"from!": STRING, "to!": STRING},
    "timepicker": OBJECT, "fiscalYearStartMonth": NUMBER, "liveNow": BOOL,
    "weekStart": STRING, "refresh": STRING, "schemaVersion!": {36},
    "version": NUMBER, "links": LIST, "panels!": LIST,
    "annotations": {"list": [ANNOTATION]},
    "templating": {"list": [VARIABLE]},
}


def check(value, schema, where):
    """Yields what is wrong with a value."""
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            yield f"{where}: must be an object"
            return
        known = {key.rstrip("!"): of for key, of in schema.items()}
        for key in value:
            if key in known:
                yield from check(value[key], known[key], f"{where}.{key}")
            elif "..." not in schema:
                yield f"{where}.{key}: must not be there"
        for key in schema:
            if key.endswith("!") and key[:-1] not in value:
                yield f"{where}.{key[:-1]}: must be there"
    elif isinstance(schema, list):
        if not isinstance(value, list):
            yield f"{where}: must be a list"
            return
        for i, item in enumerate(value):
            yield from check(item, schema[0], f"{where}[{i}]")
    elif isinstance(schema, set):
        if value not in schema:
            yield f"{where}: must be one of {sorted(schema)}"
    elif (not isinstance(value, schema)
          or isinstance(value, bool) and schema is not bool):
        yield f"{where}: has the wrong type"


def check_grid(panels):
    """Yields panels that lie beyond the grid, or on each other."""
    taken = {}
    for panel in panels:
        grid = panel["gridPos"]
        if grid["x"] + grid["w"] > 24:
            yield f"panel {panel['id']}: is beyond the grid"
        for x in range(grid["x"], grid["x"] + grid["w"]):
            for y in range(grid["y"], grid["y"] + grid["h"]):
                if (x, y) in taken:
                    yield f"panel {panel['id']}: is on {taken[x, y]}"
                    return
                taken[x, y] = panel["id"]


def check_dashboard(dashboard):
    """Yields what is wrong with it."""
    yield from check(dashboard, DASHBOARD, "dashboard")
    ids = set()
    variables = {v["name"] for v in dashboard["templating"]["list"]}
    for panel in dashboard["panels"]:
        where = f"panel {panel['id']}"
        is_row = panel["type"] == "row"
        yield from check(panel, ROW if is_row else PANEL, where)
        if panel["id"] in ids:
            yield f"{where}: must have an id of its own"
        ids.add(panel["id"])
        refs = [target["refId"] for target in panel.get("targets", [])]
        if len(refs) != len(set(refs)):
            yield f"{where}: must have a refId of its own for each query"
    yield from check_grid(dashboard["panels"])
    text = json.dumps(dashboard)
    for name in re.findall(r"\$\{?(\w+)", text):
        if name not in variables and not name.startswith("__"):
            yield f"${name}: must be a variable"
    if '"uid": "${datasource}"' not in text:
        yield "no query has the data source that was chosen"


def dashboard_queries(dashboard):
    """Yields the expressions of queries, annotations and variables."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            query = variable["query"]["query"]
            yield re.fullmatch(r"label_values\((.*), \w+\)", query)[1]


def rule_queries(text):
    """Yields the expressions of rules: of one line, or of folded ones."""
    for match in re.finditer(
            r"^( *)expr: (?:>-\n((?:\1 +.*\n)+)|(.*)\n)", text, re.M):
        yield match[2] or match[3]


def names(query):
    """Returns the metrics of an expression of Prometheus."""
    query = re.sub(r'"(\\.|[^"\\])*"', "", query)
    query = re.sub(r"{[^}]*}|\[[^]]*\]", "", query)
    query = re.sub(r"\b(by|without|on|ignoring|group_left|group_right) *"
                   r"\([^)]*\)", "", query)
    words = re.findall(r"[A-Za-z_:][\w:]*(?! *\()\b", query)
    return set(words) - {"and", "or", "unless", "bool", "offset"}


def load(name):
    """Returns the expressions of a file."""
    with open(name, encoding="utf-8") as file:
        if name.endswith(".json"):
            return list(dashboard_queries(json.load(file)))
        return list(rule_queries(file.read()))


def main():
    """See above."""
    command, files = sys.argv[1], sys.argv[2:]
    if command == "check":
        with open(files[0], encoding="utf-8") as file:
            wrong = list(check_dashboard(json.load(file)))
        for line in wrong:
            print(line)
        sys.exit(bool(wrong))
    elif command == "rules":
        print("groups:\n  - name: dashboard\n    rules:")
        for i, query in enumerate(load(files[0])):
            query = query.replace("$__rate_interval", "5m")
            print(f"      - record: query_{i}\n        expr: "
                  + json.dumps(query))
    else:
        found = set()
        for name in files:
            for query in load(name):
                found |= names(query)
        print("\n".join(sorted(found)))


main()
