# SPDX-License-Identifier: Apache-2.0
#
# The switch of the lab.

# It keeps these rows when it is switched off.
ovs-vsctl --may-exist add-br sw0 \
    -- --may-exist add-port sw0 up1 vlan_mode=native-untagged tag=99 trunks=2 \
    -- --may-exist add-port sw0 sw-client1 tag=2 \
    -- --may-exist add-port sw0 sw-client2 tag=2 \
    -- --may-exist add-port sw0 sw-stranger tag=99
