# SPDX-License-Identifier: Apache-2.0
#
# In the first boot: a container of Podman, whose port is published on the fake
# address, and a management network.  Its image has links into /usr, which is
# the machine's own; what Podman keeps is in /run.  It runs until the end.

. $here/docker-lib.sh

boxes=/run/boxes

box () {
    podman --root $boxes/root --runroot $boxes/run --tmpdir $boxes/tmp \
        --cgroup-manager cgroupfs --events-backend none \
        --network-backend netavark --network-config-dir $boxes/networks "$@"
}

make_boxes_image () {
    mkdir -p $boxes/image/usr $boxes/image/job
    ln -s usr/bin usr/lib usr/lib64 $boxes/image
    tar -C $boxes/image -c . | box import - box
}

# peer.py asks for a buffer of any size: NET_ADMIN.
container_starts () {
    add_mgmt
    make_boxes_image
    box run --detach --name box --cgroups disabled --cap-add NET_ADMIN \
        --log-driver k8s-file --pidfile $boxes/pid \
        --publish 10.10.0.1:8080:80/tcp --publish 10.10.0.1:8080:80/udp \
        --volume /usr:/usr:ro --volume $here:/job:ro \
        box /job/peer.py serve 0.0.0.0 80
    wait_until asks 1 udp 192.168.2.5 192.168.2.84 10 10.10.5.84 8080
}

container_answers () {
    asks 1 tcp 192.168.2.5 192.168.2.84 300000 10.10.5.84 8080
    asks 1 udp 192.168.2.5 192.168.2.84 1400 10.10.5.84 8080
    asks 2 tcp 172.16.8.5 192.168.2.85 300000 172.16.8.5 8080
    asks 2 udp 172.16.8.5 192.168.2.85 1400 172.16.8.5 8080
    in_kernel
}

# The agent has nothing to do with packets, nor with their marks.
agent_restarted () {
    start_steady 8080
    systemctl restart $unit
    wait_until is_ready
    asks 2 tcp 172.16.8.5 192.168.2.85 1000 172.16.8.5 8080
    end_steady_without_loss
}

# It would not heed the SIGTERM of a shutdown.  What Podman knows of images is
# always in /var.
end_container () {
    kill -KILL "$(cat $boxes/pid)"
    rm -rf /var/lib/containers/cache
}

nothing_elsewhere () {
    equal "packets at the wall" 0 "$(wall)"
    mgmt_is_silent
    uplink_is_clean
}

check "a container with published ports starts" container_starts
check "container: TCP and UDP of inside and routed clients, in the kernel" \
    container_answers
check "container: the agent is restarted, no packet is lost" agent_restarted
