# SPDX-License-Identifier: Apache-2.0
#
# A machine that runs containers, as Docker makes it, and a management network:
# for scripts in a sandbox.  mgmt0 is the interface to the latter, with the
# default route; its other end, in the namespace "mgmt", is listened to.
#
# published port, TCP and UDP     container, its namespace     its own port
#                        8080     172.17.0.2, box1             80
#                        8081     172.17.0.3, box2             81
#
# Of IPv6 (sandbox-lib.sh) the network of the containers is fd17::/64, that of
# mgmt0 fd92::/64.

boxes=$(of_family 172.17.0. fd17::) boxes_length=$(of_family 16 64)
mgmt=$(of_family 192.0.2. fd92::) mgmt_length=$(of_family 24 64)
nodad=$(of_family '' nodad) target=$(of_family 192.168.2.77 fc01::77)

# add_mgmt: what mgmt0 sends is in $SANDBOX/mgmt, a line a frame.
add_mgmt () {
    ip netns add mgmt
    ip link add mgmt0 type veth peer name eth0 netns mgmt
    # Nothing is sent by itself.
    of_family 1 0 >/proc/sys/net/ipv6/conf/mgmt0/disable_ipv6
    ip netns exec mgmt sysctl -qw \
        net.ipv6.conf.eth0.disable_ipv6=$(of_family 1 0)
    ip link set mgmt0 addrgenmode none
    ip -n mgmt link set eth0 addrgenmode none
    ip addr add ${mgmt}10/$mgmt_length dev mgmt0 $nodad
    ip -n mgmt addr add ${mgmt}1/$mgmt_length dev eth0 $nodad
    ip link set mgmt0 up
    ip -n mgmt link set eth0 up
    ip neigh replace ${mgmt}1 dev mgmt0 nud permanent lladdr \
        $(ip netns exec mgmt cat /sys/class/net/eth0/address)
    ip -n mgmt neigh replace ${mgmt}10 dev eth0 nud permanent lladdr \
        $(cat /sys/class/net/mgmt0/address)
    ip $ip_family route add default via ${mgmt}1
    start_to "$SANDBOX/mgmt" ip netns exec mgmt "$peer" frames eth0
    wait_until grep -q ready "$SANDBOX/mgmt"
}

# mgmt_is_silent: nothing was sent there but one packet, of now, and what Linux
# says of multicast groups (RFC 3810).
mgmt_is_silent () {
    "$peer" poke ${mgmt}10 ${mgmt}1
    wait_until grep -q "$(printf poke | od -An -tx1 | tr -d ' ')" \
        "$SANDBOX/mgmt"
    if test "$(grep -vc ^333300000016 "$SANDBOX/mgmt")" != 2; then
        cat "$SANDBOX/mgmt" >&2
        return 1
    fi
}

# add_box NUMBER: a container.
add_box () {
    ip netns add box$1
    ip link add veth$1 type veth peer name eth0 netns box$1
    ip link set veth$1 master docker0 up
    ip -n box$1 link set lo up
    ip -n box$1 addr add $boxes$(($1 + 1))/$boxes_length dev eth0 $nodad
    ip -n box$1 link set eth0 up
    ip -n box$1 $ip_family route add default via ${boxes}1
    start_to "$SANDBOX/box$1" ip netns exec box$1 "$peer" serve \
        $(of_family 0.0.0.0 ${boxes}$(($1 + 1))) $(($1 + 79))
    wait_until grep -q ready "$SANDBOX/box$1"
}

# add_docker: the rules are those of Docker 20.10 with two published ports, but
# for its chains of isolation, which have nothing to match here.
add_docker () {
    ip link add docker0 type bridge
    ip addr add ${boxes}1/$boxes_length dev docker0 $nodad
    ip link set docker0 up
    sysctl -qw $(of_family net.ipv4.ip_forward net.ipv6.conf.all.forwarding)=1
    add_box 1
    add_box 2
    if test "$ip_family" = -4; then
        docker_rules | nft -f -
    else
        docker_rules | sed 's/table ip /table ip6 /
            s/ip \([sd]addr\)/ip6 \1/g
            s/172\.17\.0\.0\/16/fd17::\/64/g
            s/172\.17\.0\.\([0-9]*\):/[fd17::\1]:/g
            s/172\.17\.0\./fd17::/g
            s/127\.0\.0\.0\/8/::1/' | nft -f -
    fi
}

docker_rules () {
    cat <<'EOF'
table ip nat {
    chain DOCKER {
        iifname "docker0" return
        iifname != "docker0" tcp dport 8080 dnat to 172.17.0.2:80
        iifname != "docker0" udp dport 8080 dnat to 172.17.0.2:80
        iifname != "docker0" tcp dport 8081 dnat to 172.17.0.3:81
        iifname != "docker0" udp dport 8081 dnat to 172.17.0.3:81
    }
    chain PREROUTING {
        type nat hook prerouting priority dstnat; policy accept
        fib daddr type local jump DOCKER
    }
    chain OUTPUT {
        type nat hook output priority -100; policy accept
        ip daddr != 127.0.0.0/8 fib daddr type local jump DOCKER
    }
    chain POSTROUTING {
        type nat hook postrouting priority srcnat; policy accept
        oifname != "docker0" ip saddr 172.17.0.0/16 masquerade
        ip saddr 172.17.0.2 ip daddr 172.17.0.2 tcp dport 80 masquerade
        ip saddr 172.17.0.2 ip daddr 172.17.0.2 udp dport 80 masquerade
        ip saddr 172.17.0.3 ip daddr 172.17.0.3 tcp dport 81 masquerade
        ip saddr 172.17.0.3 ip daddr 172.17.0.3 udp dport 81 masquerade
    }
}
table ip filter {
    chain DOCKER {
        iifname != "docker0" oifname "docker0" ip daddr 172.17.0.2 tcp dport 80 accept
        iifname != "docker0" oifname "docker0" ip daddr 172.17.0.2 udp dport 80 accept
        iifname != "docker0" oifname "docker0" ip daddr 172.17.0.3 tcp dport 81 accept
        iifname != "docker0" oifname "docker0" ip daddr 172.17.0.3 udp dport 81 accept
    }
    chain DOCKER-USER {
        return
    }
    chain FORWARD {
        type filter hook forward priority filter; policy drop
        jump DOCKER-USER
        oifname "docker0" ct state related,established accept
        oifname "docker0" jump DOCKER
        iifname "docker0" oifname != "docker0" accept
        iifname "docker0" oifname "docker0" accept
    }
}
EOF
}

# strict: packets are taken only where an answer would leave.
strict () {
    for conf in /proc/sys/net/ipv4/conf/*/rp_filter; do
        echo 1 >$conf
    done
}

# each_kind SOURCE: a client with that address asks both containers and the
# service on the host, by TCP and UDP; each answer is compared, byte for byte.
each_kind () {
    for port in 8080 8081 7; do
        client 1 "$peer" tcp $1 $target $port 100000
        client 1 "$peer" udp $(of_family $1 [$1]):2000 $target $port 1000
    done
}

# health_checks: the host asks the containers behind the fake address.
health_checks () {
    for port in 8080 8081; do
        "$peer" tcp $fake $fake $port 1000
        "$peer" udp $(of_family $fake [$fake]):2000 $fake $port 1000
    done
}

others_tables () {
    nft -s list table ip nat
    nft -s list table ip filter
}

# wall: what it stopped, in packets.
wall () {
    agentctl status | sed -n 's/^  wall: \([0-9]*\) packets, .*/\1/p'
}

# Docker itself.

# can_docker: this machine has Docker and what an image can be made of.
can_docker () {
    for program in dockerd docker iptables busybox; do
        command -v $program >/dev/null ||
            { echo "no $program" >&2; return 1; }
    done
    if quiet ldd "$(command -v busybox)"; then
        echo "busybox is not static" >&2
        return 1
    fi
}

# The sandbox has a /sys of its own.
mount_cgroups () {
    if quiet mount -t cgroup2 cgroup2 /sys/fs/cgroup; then
        if test -s /sys/fs/cgroup/cgroup.controllers; then
            return
        fi
        umount /sys/fs/cgroup
    fi
    mount -t tmpfs tmpfs /sys/fs/cgroup
    for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
        mkdir /sys/fs/cgroup/$controller
        mount -t cgroup -o $controller cgroup /sys/fs/cgroup/$controller
    done
}

# make_image: "box" is busybox, and a file for its web server.
make_image () {
    mkdir -p "$SANDBOX/image/bin" "$SANDBOX/image/www"
    cp "$(command -v busybox)" "$SANDBOX/image/bin/busybox"
    echo "who asks, gets this" >"$SANDBOX/image/www/index.html"
    tar -C "$SANDBOX/image" -c . | docker import - box >/dev/null
}

start_docker () {
    mount_cgroups
    sysctl -qw net.ipv4.ip_forward=1
    export DOCKER_HOST=unix://$SANDBOX/docker.sock
    dockerd --data-root "$SANDBOX/docker" --exec-root "$SANDBOX/docker-exec" \
        --host "$DOCKER_HOST" --pidfile "$SANDBOX/docker.pid" \
        --storage-driver vfs >"$SANDBOX/docker.log" 2>&1 &
    wait_until docker info
    make_image
}

# publish WHAT: a container whose web server is published so.
publish () {
    docker run --detach --publish "$1" box /bin/busybox httpd -f -p 80 \
        -h /www >/dev/null
}

# stop_docker: its cgroups are the machine's.
stop_docker () {
    docker rm --force $(docker ps --quiet) >/dev/null
    kill $(cat "$SANDBOX/docker.pid")
    wait_until sh -c "! test -e $SANDBOX/docker.pid"
    find /sys/fs/cgroup -depth -path '*/docker*' -type d \
        -exec rmdir {} + 2>/dev/null || :
}
