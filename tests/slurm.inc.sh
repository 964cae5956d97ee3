# shellcheck shell=bash
# A Slurm of its own for one test: controller, authentication and one or more nodes on this machine,
# as root, without systemd. All its files are in $tmp/slurm, its ports are free ones, and it is
# stopped when the test ends, however it ends. Sourced after e2e.inc.sh. Without Slurm the test is
# skipped.

slurm=$tmp/slurm

for program in slurmctld slurmd munged sbatch squeue; do
  if ! command -v $program >/dev/null; then
    say "SKIPPED: no $program (scripts/setup.sh --slurm installs Slurm)"
    exit 77
  fi
done
if [ "$(id -u)" != 0 ]; then
  say "SKIPPED: Slurm's node daemon needs root"
  exit 77
fi

# The processes that were started with this Slurm's configuration: daemons, tasks, their workers.
slurm_processes() { grep -lzs -- "^SLURM_CONF=$slurm/" /proc/[0-9]*/environ | cut -d/ -f3 || true; }

slurm_down() {
  local pid tries
  scancel --user=root 2>/dev/null & # a controller that is gone lets it wait
  disown
  for ((tries = 0; tries < 20; tries++)); do
    [ -n "$(squeue --noheader 2>/dev/null)" ] || break
    sleep 0.1
  done
  for pid in $(slurm_processes); do kill -KILL "$pid" 2>/dev/null || true; done
}
trap 'slurm_down; clean_up' EXIT
trap 'exit 143' TERM INT HUP

# free_ports COUNT: sets $port to the first of so many neighbouring ports that nothing listens on.
free_ports() {
  local i
  for ((port = 20000 + $$ * 50 % 20000; ; port += 50)); do # tests that start together have near numbers
    for ((i = 0; i < $1; i++)); do
      ! (exec 3<>"/dev/tcp/127.0.0.1/$((port + i))") 2>/dev/null || continue 2
    done
    return
  done
}

# slurm_config NODES: nodes node1, ..., each with four processors.
slurm_config() {
  local host k
  host=$(uname -n)
  free_ports $((1 + $1))
  cat <<CONF
ClusterName=hifmtest
SlurmctldHost=${host%%.*}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge.sock,cred_expire=5
CredType=cred/munge
SlurmctldPort=$port
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool.%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
KillWait=20
MaxArraySize=1001
CONF
  for ((k = 1; k <= $1; k++)); do
    echo "NodeName=node$k NodeHostname=${host%%.*} NodeAddr=127.0.0.1 Port=$((port + k)) CPUs=4 RealMemory=100"
  done
  echo "PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP"
}

# daemon NAME COMMAND...: in the background; its process id is in NAME.mypid. It ends with this shell,
# also where this is killed.
daemon() {
  setsid setpriv --pdeathsig KILL "${@:2}" >"$slurm/$1.out" 2>&1 </dev/null &
  echo $! >"$slurm/$1.mypid"
  disown
}

start_controller() { daemon slurmctld slurmctld -D; }

nodes_are() { [ "$(sinfo --noheader --Node --format=%T 2>/dev/null | sort -u)" = "$1" ]; }

# slurm_up [NODES]
slurm_up() {
  local nodes=${1:-1} k
  mkdir -p "$slurm/state"
  slurm_config "$nodes" >"$slurm/slurm.conf"
  export SLURM_CONF=$slurm/slurm.conf
  (umask 077 && head -c 128 /dev/urandom >"$slurm/munge.key")
  daemon munged munged --foreground --force --key-file="$slurm/munge.key" --socket="$slurm/munge.sock" \
    --pid-file="$slurm/munged.pid" --log-file="$slurm/munged.log" --seed-file="$slurm/munge.seed"
  wait_for 10 test -S "$slurm/munge.sock"
  start_controller
  for ((k = 1; k <= nodes; k++)); do daemon "node$k" slurmd -D -N "node$k"; done
  wait_for 30 nodes_are idle
}

# task_process PATH: the process of the slice in this file.
task_process() { grep -lzs -- "^$1\$" /proc/[0-9]*/cmdline | cut -d/ -f3; }

queue_is_empty() { [ -z "$(squeue --noheader)" ]; }
