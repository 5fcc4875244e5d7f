# SPDX-License-Identifier: Apache-2.0
#
# The demonstration: runs in a sandbox.

if test -t 1; then
    bold=$(printf '\033[1m') green=$(printf '\033[32m')
    blue=$(printf '\033[34m') plain=$(printf '\033[0m')
else
    bold='' green='' blue='' plain=''
fi
columns=$(stty size 2>/dev/null </dev/tty | cut -d' ' -f2 || :)
: "${columns:=100}"

step () {
    printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# wrap: at commas, further lines indented; what is to be learned is abridged.
wrap () {
    sed 's/^cookie=[^ ]* //; s/learn(table=\([0-9]*\),[^)]*)/learn(table=\1,...)/g
         s/,/, /g; s/ actions=/  ->  /' |
        while read -r line; do
            echo "$line" | fold -s -w "$((columns - 6))" |
                sed '1s/^/  /; 2,$s/^/      /; s/, /,/g; s/ *$//'
        done
}

show_flows () {
    own_flows | wrap
    learned_flows | wrap | sed "s/.*/$green&$plain/"
}

cat <<EOF
One address answers for every address of a subnet: the flows before, four
connections, what the service saw, the flows after, and all that without the
agent.  At last, a scanner finds a host at each address, and the agent says who
touched what.

  client 192.168.2.5 --> 192.168.2.77               (what the client sees)
         |  switch, VLAN 2
      uplink up0 --> copro0 (Open vSwitch) --> ovsfake0 10.10.0.1
                          10.10.5.77 --> 10.10.0.1  (what the service sees)
EOF

step "pipette-agent --bridge copro0 --uplink up0"
start_agent
wait_until is_ready
sed -n 's/^[^|]*|[^|]*|networks|INFO|//p' "$SANDBOX/pipette-agent.log"

step "The flows now"
show_flows

step "A web server listens on 10.10.0.1, and only there.  The client asks:"
"$peer" http 10.10.0.1 >"$SANDBOX/http.log" 2>&1 &
wait_until grep -q ready "$SANDBOX/http.log"
for target in 192.168.2.77 192.168.2.78 192.168.2.1 192.168.2.254; do
    answer=$(client 1 curl -sS --max-time 5 "http://$target/")
    printf '%sclient %s$ curl http://%s/%s\n    %s\n' \
        "$blue" 192.168.2.5 "$target" "$plain" "$answer"
done

step "What the service saw: the client and the target, in one address"
sed '/ready/d; s/^/    /' "$SANDBOX/http.log"

step "The flows now: two learned for each pair (last), no controller asked"
show_flows

step "Without the agent, everything goes on"
kill -9 "$(cat /run/openvswitch/pipette-agent.pid)"
printf '%sclient %s$ curl http://%s/%s\n    %s\n' \
    "$blue" 192.168.2.5 192.168.2.99 "$plain" \
    "$(client 1 curl -sS --max-time 5 http://192.168.2.99/)"

# The clients knew all MAC addresses so far: a switch that sends packets here on
# purpose needs no ARP.
. "$here/claims-lib.sh"
ask_all () {
    printf '%sclient %s$ nmap -n -sn 192.168.2.0/24%s\n' \
        "$blue" 192.168.2.5 "$plain"
    client 1 nmap -n -sn 192.168.2.0/24 >"$SANDBOX/nmap"
    grep '^Nmap\|^MAC' "$SANDBOX/nmap" | awk '
        /^Nmap done/ || NR <= 6 { print "    " $0; next }
        NR == 7 { print "    ..." }'
}

step "Who has 192.168.2.1 to 192.168.2.254?  A scanner asks by ARP"
ask_all

step "pipette-agent --uplink up0 --real-subnet 192.168.2.0/24 --claim unused" \
    "--contact-log contacts.json"
start_claims --contact-log "$SANDBOX/contacts.json"
wait_until all_asked
sed -n 's/^[^|]*|[^|]*|claims|INFO|//p' "$SANDBOX/pipette-agent.log"

step "The same scanner, when the switch answers for addresses that no host has"
ask_all
answer=$(client 1 curl -sS --max-time 5 http://192.168.2.77/)
printf '%sclient %s$ curl http://%s/%s\n    %s\n' \
    "$blue" 192.168.2.5 192.168.2.77 "$plain" "$answer"

pipettectl () {
    "${PIPETTE_AGENT%/*}/pipettectl/pipettectl" "$@"
}
step "pipettectl contacts --limit 6"
wait_until grep -q '"transport":"tcp"' "$SANDBOX/contacts.json"
pipettectl contacts --limit 6
step "pipettectl top ports --batch"
pipettectl top ports --batch

printf '\n%s\n' "To play with this yourself: sudo ./bootstrap shell"
