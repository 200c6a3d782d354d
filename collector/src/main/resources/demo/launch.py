#!/usr/bin/env python3
"""Starts a script on two ranks by the environment alone, for a torch whose torchrun does not work:  launch.py PORT SCRIPT ARG ...

Exit status: that of the first rank that fails, else 0. When one rank fails, the other is terminated, as torchrun does.
"""
import os
import subprocess
import sys
import time

RANKS = 2


def main(port, *command):
    def start(rank):
        place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(RANKS), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        return subprocess.Popen([sys.executable, *command], env={**os.environ, **place})

    ranks = [start(rank) for rank in range(RANKS)]
    while True:
        codes = [rank.poll() for rank in ranks]
        failed = next((code for code in codes if code), 0)
        if failed or None not in codes:
            break
        time.sleep(0.05)
    for rank in ranks:
        if rank.poll() is None:
            rank.terminate()
    for rank in ranks:
        rank.wait()
    return failed if failed >= 0 else 128 - failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
