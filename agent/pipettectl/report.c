/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/ctl.h"

int
ctl_report(struct ctl *ctl OVS_UNUSED, int argc OVS_UNUSED, char *argv[] OVS_UNUSED)
{
    return CTL_FAILED;
}
