"""Types on a terminal of its own: typist.py STEPS PROGRAM ARG...

STEPS is a JSON list of pairs: what has to be shown anew before the text is typed, and that text. What ends in a blank is a
prompt: it has to be the last that is shown. Prints what the terminal showed, and the exit code on a last line. A program that
does not show what is expected within a minute is killed.
"""

import json
import os
import pty
import re
import select
import signal
import sys
import time

steps, program = json.loads(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.environ["TERM"] = "xterm"
    os.execv(program[0], program)
shown = ""
fresh = 0


def expected(text):
    seen = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", shown[fresh:])
    return seen.endswith(text) if text.endswith(" ") else text in seen


late = time.monotonic() + 60
while True:
    ready, _, _ = select.select([terminal], [], [], 0.2)
    if ready:
        try:
            more = os.read(terminal, 65536)
        except OSError:
            break
        if not more:
            break
        shown += more.decode(errors="replace")
        continue
    # Nothing more comes for now: a prompt that was redrawn is whole.
    if steps and expected(steps[0][0]):
        fresh = len(shown)
        os.write(terminal, steps.pop(0)[1].encode())
        late = time.monotonic() + 60
    if time.monotonic() > late:
        os.kill(child, signal.SIGKILL)
        late += 60
_, status = os.waitpid(child, 0)
print(shown)
print("exit", os.waitstatus_to_exitcode(status))
