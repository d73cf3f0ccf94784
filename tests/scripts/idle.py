"""Applies Azure Advisor's shutdown rule to an exported estate, by itself.

usage: idle.py EXPORT REGION   prints the ids of idle virtual machines there, then, behind `near`, which near misses occur
"""

import json
import sys

export, region = sys.argv[1:]
idle, near = [], set()
for line in open(export, encoding="utf-8"):
    resource = json.loads(line)
    if resource["cloud"] != "azure" or resource["kind"] != "vm":
        continue
    metrics = resource.get("metrics", {})
    peak, mean = metrics.get("cpu_p95_max"), metrics.get("cpu_avg_3d")
    running = resource.get("state") not in ("stopped", "suspended", "terminated")
    here = resource.get("region") == region
    low_peak = peak is not None and peak < 3
    low_mean = mean is not None and mean <= 2
    if here and running and low_peak and low_mean:
        idle.append(resource["id"])
    elif here and running and low_peak and mean is not None:
        near.add("mean")
    elif here and running and low_mean and peak is not None:
        near.add("peak")
    elif here and running and (low_peak or low_mean):
        near.add("missing")
    elif here and not running and low_peak and low_mean:
        near.add("stopped")
    elif not here and running and low_peak and low_mean:
        near.add("elsewhere")
print(json.dumps({"idle": sorted(idle), "near": sorted(near)}))
