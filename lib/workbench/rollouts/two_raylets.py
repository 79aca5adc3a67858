"""For tests: a cluster of two raylets with one CPU each, on this machine.

Prints its address; kills the second raylet when a line comes in; ends with standard input.
"""

import os
import signal
import sys

from ray.cluster_utils import Cluster

MEMORY = 100_000_000

cluster = Cluster(
    initialize_head=True,
    head_node_args={"num_cpus": 1, "object_store_memory": MEMORY, "include_dashboard": False},
)
second = cluster.add_node(num_cpus=1, object_store_memory=MEMORY)
cluster.wait_for_nodes()
print(cluster.address, flush=True)
if sys.stdin.readline():
    os.kill(second.all_processes["raylet"][0].process.pid, signal.SIGKILL)
    print("killed", flush=True)
    sys.stdin.read()
cluster.shutdown()
