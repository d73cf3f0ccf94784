"""Reads lines of {"what", "schema", "document"} and prints each document that is not what its schema says."""

import json
import sys

from jsonschema import Draft202012Validator

validators = {}
for line in open(sys.argv[1], encoding="utf-8"):
    case = json.loads(line)
    key = json.dumps(case["schema"], sort_keys=True)
    if key not in validators:
        Draft202012Validator.check_schema(case["schema"])
        validators[key] = Draft202012Validator(case["schema"])
    for error in validators[key].iter_errors(case["document"]):
        print(f"{case['what']}: {error.message[:300]} at {error.json_path}")
