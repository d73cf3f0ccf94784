"""Runs commands one after the other and says how each ended.

usage: limited.py SECONDS < COMMANDS > RESULTS   commands are a JSON array of argument arrays; so are results, of objects

The seconds are those of the processor, so that a machine with much to do is no reason to fail; whoever waits for nothing
is ended after twelve times as many.
"""

import json
import os
import resource
import subprocess
import sys
import threading

patience = int(sys.argv[1])
results = []
resource.setrlimit(resource.RLIMIT_CPU, (patience, patience + 1))
for command in json.load(sys.stdin):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    texts = [b"", b""]

    def drain(number, pipe):
        texts[number] = pipe.read()

    readers = [threading.Thread(target=drain, args=item) for item in enumerate([process.stdout, process.stderr])]
    hung = threading.Event()

    def end():
        hung.set()
        process.kill()

    timer = threading.Timer(12 * patience, end)
    for thread in [timer, *readers]:
        thread.start()
    for reader in readers:
        reader.join()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    out, err = (text.decode("utf-8", "replace") for text in texts)
    results.append({"code": code, "out": out, "err": err, "hung": hung.is_set(), "kilobytes": usage.ru_maxrss})
json.dump(results, sys.stdout)
