"""Runs a program on a terminal of its own: terminal.py EARLY ANSWER PROGRAM ARG...

EARLY is typed before the program has begun, ANSWER once it asks. Prints what the terminal showed, and the exit code on a
last line.
"""

import os
import pty
import signal
import sys

early, answer, program = sys.argv[1], sys.argv[2], sys.argv[3:]
ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.read(ready, 1)
    # As a person's shell would, whatever this process was started with.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.execv(program[0], program)
os.write(terminal, early.encode())
os.write(go, b"x")
shown = b""
asked = False
while True:
    try:
        more = os.read(terminal, 65536)
    except OSError:
        break
    if not more:
        break
    shown += more
    if not asked and b"[y/N]" in shown:
        asked = True
        os.write(terminal, answer.encode())
_, status = os.waitpid(child, 0)
print(shown.decode(errors="replace"))
print("exit", os.waitstatus_to_exitcode(status))
