#!/bin/bash
#SBATCH --job-name=seg-042
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=8
# A training job on two nodes that reports to the collector of the cluster, which `gradwatch collect --listen 0.0.0.0:7787` started on some node that stays.
# The token is in a file that only its owner reads: chmod 600 ~/.gradwatch-token
set -euo pipefail
GRADWATCH=${GRADWATCH:-$HOME/gradwatch/gradwatch}
export GRADWATCH_COLLECTOR=${GRADWATCH_COLLECTOR:-login1:7787}
GRADWATCH_TOKEN=$(cat "${GRADWATCH_TOKEN_FILE:-$HOME/.gradwatch-token}")
export GRADWATCH_TOKEN
# GRADWATCH_TLS_CA=$HOME/gradwatch-ca.pem where the collector speaks TLS.

first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
# One task a node: `run` tells the collector what its node prints and how it ended, the ranks report by themselves. One job, one report.
srun --kill-on-bad-exit=1 "$GRADWATCH" run --collector "$GRADWATCH_COLLECTOR" --job "$SLURM_JOB_NAME-$SLURM_JOB_ID" -- \
  torchrun --nnodes "$SLURM_JOB_NUM_NODES" --nproc-per-node 8 --rdzv-id "$SLURM_JOB_ID" --rdzv-backend c10d --rdzv-endpoint "$first:29500" \
  train.py "$@"
