# SPDX-License-Identifier: Apache-2.0
#
# A shell in a sandbox, with the agent and a web server at work.

start_agent
wait_until is_ready
"$peer" http 10.10.0.1 >"$SANDBOX/http.log" 2>&1 &
wait_until grep -q ready "$SANDBOX/http.log"

cat <<EOF

A sandbox of its own: Open vSwitch, pipette-agent, a web server on 10.10.0.1,
two clients.  It is gone when you leave it with "exit".

  ip netns exec client1 curl http://192.168.2.77/
  ovs-ofctl -OOpenFlow14 dump-flows copro0
  ovs-appctl -t pipette-agent status
  tcpdump -ni ovsfake0                          (if installed)
  less $SANDBOX/http.log                (who asked)

EOF
PS1='pipette sandbox# '
export PS1
exec bash --norc -i
