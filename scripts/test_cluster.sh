#!/usr/bin/env bash
# Runs a real Slurm of N nodes on this machine for tests. Each node has a host name and a process tree of its own.
#   scripts/test_cluster.sh [up] N [DIR]      starts it, says which file to source; DIR is new or one that came down
#   scripts/test_cluster.sh down DIR          kills every process of it, those of jobs too
#   scripts/test_cluster.sh cut DIR HOST      power cut of one host: n1 ... nN, or head, where slurmctld runs
#   scripts/test_cluster.sh restart DIR HOST  starts a host again; a node that is up is cut, slurmctld may end in order
#   scripts/test_cluster.sh pause DIR NODE    stops its slurmd alone: Slurm loses the node, and what runs there goes on
#   scripts/test_cluster.sh resume DIR NODE   ends a pause
#   scripts/test_cluster.sh on DIR HOST COMMAND...   runs a command on one host. srun and salloc need that, on head:
#                             they listen where their host's name points, and nodes answer to 127.0.0.1.
# A requeued job waits two minutes, which no setting of Slurm changes. Once it is pending:
#   scontrol update JobId=ID StartTime=now+4     (at once, it may be given the exit code of its last start)
# Needs root, namespaces and what scripts/bootstrap.sh --slurm installs; without them it says so and exits with 77.
# All hosts share this machine's files. ESPALIER_CLUSTER_CPUS (2) is how many CPUs a node is said to have. With
# ESPALIER_CLUSTER_PREEMPTS_BY=TERM, a job that is preempted gets SIGTERM in place of the warning that it asked for.
set -euo pipefail

lock=/run/espalier-test-cluster.lock
start_s=60  # a quiet machine takes 4 s

complain() {
  echo "test_cluster.sh: $2" >&2
  exit "$1"
}

require() {
  ((EUID == 0)) || complain 77 "This needs root (Slurm's daemons start jobs as other users). Run it as root."
  local program
  for program in munged slurmctld slurmd srun sbatch scontrol; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
      complain 77 "The program $program is missing (Slurm is not installed). Run scripts/bootstrap.sh --slurm."
  done
  unshare --mount --uts --pid --fork sh -c 'mount -t proc proc /proc && hostname n1' 2>/dev/null ||
    complain 77 "Root may make no namespaces here (it may be a container). Use one with CAP_SYS_ADMIN, or a machine."
}

# When a process started, in ticks: that and its id name it even after ids are given out again. Fails if it is gone.
started() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -r -a stat <<<"${stat##*) }"
  [[ ${stat[0]} != [ZX] ]] || return 1
  echo "${stat[19]}"
}

remember() { echo "$2 $(started "$2")" >"$dir/pids/$1"; }

# The process id of a host, or of munged, if it lives.
pid_of() {
  local pid start
  [[ -r $dir/pids/$1 ]] || return 1
  read -r pid start <"$dir/pids/$1" || return 1
  [[ $(started "$pid") == "$start" ]] || return 1
  echo "$pid"
}

# wait_until SECONDS COMMAND...
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

is_gone() { ! pid_of "$1" >/dev/null; }
is_up() { pid_of "$1" >/dev/null; }

# A host's first process is gone only when the kernel has ended all others of its tree.
kill_host() {
  local pid
  if pid=$(pid_of "$1"); then
    kill -KILL "$pid" 2>/dev/null || true
    wait_until 30 is_gone "$1" || complain 1 "Process $pid of $1 does not end. See what the kernel says of it: dmesg."
  fi
  rm -f "$dir/pids/$1"
}

# The first process of a host; it waits for the daemon and, as init does, for what jobs leave behind. Its id must be
# read before /proc is that of the new tree. $dir/local and /dev/shm are what nodes do not share: sockets of PMIx and
# of MPI carry only names of jobs and process ids, which are the same on several nodes.
be_host() {
  local host=$1 pid
  shift
  read -r pid _ </proc/self/stat
  remember "$host" "$pid"
  mount -t proc proc /proc
  mount --bind "$dir/hosts" /etc/hosts
  mount -t tmpfs -o mode=1777 local "$dir/local"
  mount -t tmpfs -o mode=1777 shm /dev/shm
  hostname "$host"
  "$@"
}

start_host() {
  local host=$1 command=(slurmd -D -f "$dir/slurm.conf" -N "$1")
  [[ $host != head ]] || command=(slurmctld -D -f "$dir/slurm.conf")
  mkdir -p "$dir/spool/$host"
  setsid unshare --mount --uts --pid --fork --kill-child=KILL --propagation private -- \
    bash "$0" be "$dir" "$host" "${command[@]}" >>"$dir/log/$host.out" 2>&1 </dev/null 9>&- &
}

start_munge() {
  mkdir -p "$dir/munge"
  head -c 1024 /dev/urandom >"$dir/munge/key"
  chmod 0400 "$dir/munge/key"
  # By force, since others may not enter the folders of tests; nobody but root has to.
  setsid munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
    --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" >"$dir/log/munge.out" 2>&1 </dev/null 9>&- &
  remember munge $!
  wait_until 10 test -S "$dir/munge/socket" || fail "munged does not start"
}

# The first of 50 neighbouring TCP ports that nobody listens on, below those that the kernel hands out. All 50 belong to
# one cluster, so that a host that is down finds its port free when it is back.
free_ports() {
  local -A taken=()
  local port first
  local -r listening='$4 == "0A" {sub(/.*:/, "", $2); print $2}'
  while read -r port; do taken[$((16#$port))]=1; done < <(awk "$listening" /proc/net/tcp*)
  for ((first = 20000; first < 32000; first += 50)); do
    for ((port = first; port < first + 50; ++port)); do [[ -z ${taken[$port]:-} ]] || continue 2; done
    echo "$first"
    return
  done
  complain 1 "Nothing is free among the TCP ports 20000 to 32000. Take other clusters down."
}

write_configuration() {
  local nodes=$1 port=$2 node warns=SlurmctldParameters=preempt_send_user_signal
  [[ ${ESPALIER_CLUSTER_PREEMPTS_BY:-} != TERM ]] || warns=
  cat >"$dir/slurm.conf" <<CONF
ClusterName=espalier
SlurmctldHost=head(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/spool/head.pid
SlurmdPidFile=$dir/spool/%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.%n.log
TaskProlog=$dir/task_prolog.sh
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=2,sched_min_interval=0,batch_sched_delay=0
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
MessageTimeout=5
SlurmctldTimeout=10
KillWait=5
CompleteWait=0
# A node where ending takes longer is drained, and a busy machine is slow.
UnkillableStepTimeout=300
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
$warns
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
PartitionName=low Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE PriorityTier=1 PreemptMode=REQUEUE GraceTime=5
PartitionName=high Nodes=n[1-$nodes] MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF
CONF
  for ((node = 1; node <= nodes; ++node)); do
    echo "NodeName=n$node NodeAddr=127.0.0.1 Port=$((port + node)) CPUs=${ESPALIER_CLUSTER_CPUS:-2} State=UNKNOWN"
  done >>"$dir/slurm.conf"
  echo "CgroupPlugin=cgroup/v1" >"$dir/cgroup.conf"
  echo "PMIxCliTmpDirBase=$dir/local" >"$dir/mpi.conf"
  printf '#!/bin/sh\necho export TMPDIR=%s\n' "$dir/local" >"$dir/task_prolog.sh"  # what Slurm reads from its output
  chmod 755 "$dir/task_prolog.sh"
  { printf '127.0.0.1 localhost head'; printf ' n%s' $(seq "$nodes"); printf '\n'; cat /etc/hosts; } >"$dir/hosts"
  echo "export SLURM_CONF=$dir/slurm.conf" >"$dir/environment"
  echo "$nodes" >"$dir/nodes"
}

is_idle() {
  local idle
  idle=$(SLURM_CONF=$dir/slurm.conf timeout 5 \
    sinfo --noheader --Node --partition=low --states=idle --format=%N 2>/dev/null) || return 1
  [[ $(wc -w <<<"$idle") == "$1" ]]
}

hosts() { echo head; seq --format='n%g' "$(<"$dir/nodes")"; }

fail() {
  tail -n 5 "$dir"/log/* >&2 || true
  down
  complain 1 "$1 (above are the ends of the logs in $dir/log). Look there."
}

up() {
  local nodes=$1 host
  [[ $nodes =~ ^[1-9][0-9]?$ && $nodes -le 40 ]] || complain 2 "'$nodes' is no number of nodes. Give one from 1 to 40."
  require
  dir=$(realpath -m "${2:-$(mktemp -d /tmp/espalier-cluster.XXXXXX)}")
  ((${#dir} <= 80)) || complain 2 "The path $dir is too long for the sockets in it. Take a folder with a shorter one."
  # What was there is removed below.
  [[ -f $dir/nodes || ! -e $dir || -z $(ls -A "$dir") ]] || complain 2 "$dir holds files of others. Take a new folder."
  for host in "$dir"/pids/*; do
    is_gone "${host##*/}" || complain 2 "A cluster runs in $dir. Take it down first: scripts/test_cluster.sh down $dir"
  done
  rm -rf "${dir:?}"/{pids,state,spool,log,munge,local}
  mkdir -p "$dir"/{pids,state,spool,log,local}
  chmod 755 "$dir"
  exec 9>"$lock"  # one start at a time, so that two do not find the same ports free
  flock 9
  write_configuration "$nodes" "$(free_ports)"
  start_munge
  for host in $(hosts); do start_host "$host"; done
  wait_until "$start_s" is_idle "$nodes" || fail "Not all nodes are idle after $start_s s"
  echo "$nodes nodes are idle. To use them:"
  echo "  source $dir/environment"
  echo "To take them down:"
  echo "  scripts/test_cluster.sh down $dir"
}

# The nodes first, so that slurmctld starts no job again.
down() {
  local entry
  for entry in "$dir"/pids/*; do
    entry=${entry##*/}
    [[ $entry == munge || $entry == '*' ]] || kill_host "$entry"
  done
  kill_host munge
}

# slurmctld ends in order and writes down its jobs, as under `systemctl restart`; one that is cut forgets the last 5 s.
restart() {
  if [[ $1 == head ]] && is_up head; then
    on_host head kill -TERM "$(<"$dir/spool/head.pid")"
    wait_until 30 is_gone head || complain 1 "slurmctld does not end. See $dir/log/slurmctld.log, or cut its host."
  fi
  kill_host "$1"
  start_host "$1"
  wait_until 10 is_up "$1" || complain 1 "Host $1 does not start. See $dir/log/$1.out."
}

on_host() {
  local pid
  pid=$(pid_of "$1") || complain 1 "Host $1 is down. Start it: scripts/test_cluster.sh restart $dir $1"
  shift
  SLURM_CONF=$dir/slurm.conf nsenter --target "$pid" --mount --uts --pid -- \
    sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"
}

main() {
  local verb=${1:-}
  PATH=$PATH:/usr/sbin
  [[ $verb =~ ^[0-9]+$ ]] && set -- up "$@" && verb=up
  if [[ $verb == up ]]; then
    up "${2:-}" "${3:-}"
    return
  fi
  [[ -f ${2:-}/nodes ]] || complain 2 "'${2:-}' is no folder of a cluster. See the head of this script."
  dir=$(realpath "$2")
  [[ $verb == down || " $(hosts | xargs) " == *" ${3:-} "* ]] ||
    complain 2 "'${3:-}' is no host of $dir. Its hosts are $(hosts | xargs)."
  case $verb in
    down) down ;;
    cut) kill_host "$3" ;;
    restart) restart "$3" ;;
    pause) on_host "$3" kill -STOP "$(<"$dir/spool/$3.pid")" ;;
    resume) on_host "$3" kill -CONT "$(<"$dir/spool/$3.pid")" ;;
    on) on_host "${@:3}" ;;
    be) be_host "${@:3}" ;;
    *) complain 2 "'$verb' is no verb of it. See the head of this script." ;;
  esac
}

main "$@"
