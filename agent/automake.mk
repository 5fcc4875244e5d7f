sbin_PROGRAMS += agent/pipette-agent
dist_man_MANS += agent/pipette-agent.7 agent/pipette-agent.8 \
	agent/pipettectl.8

libpipette_a_SOURCES += \
	agent/config/claims.c \
	agent/config/claims.h \
	agent/config/config-file.c \
	agent/config/config-file.h \
	agent/config/network-checks.c \
	agent/config/network-checks.h \
	agent/config/option-values.c \
	agent/config/option-values.h \
	agent/config/options.c \
	agent/config/options.h \
	agent/config/settings.c \
	agent/config/settings.h \
	agent/contacts/community-id.c \
	agent/contacts/community-id.h \
	agent/contacts/contact-log.c \
	agent/contacts/contact-log.h \
	agent/contacts/contact-packet.c \
	agent/contacts/contact-packet.h \
	agent/contacts/contact-record.c \
	agent/contacts/contact-record.h \
	agent/contacts/contact-scope.c \
	agent/contacts/contact-scope.h \
	agent/contacts/contact-table.c \
	agent/contacts/contact-table.h \
	agent/contacts/contacts.c \
	agent/contacts/contacts.h \
	agent/loop/agent.c \
	agent/loop/agent.h \
	agent/loop/backends.c \
	agent/loop/backends.h \
	agent/loop/control.c \
	agent/loop/control.h \
	agent/loop/limits.c \
	agent/loop/limits.h \
	agent/loop/removal.c \
	agent/loop/removal.h \
	agent/loop/restart-watch.c \
	agent/loop/restart-watch.h \
	agent/loop/schedule.c \
	agent/loop/schedule.h \
	agent/loop/service.c \
	agent/loop/service.h \
	agent/operator/command-args.c \
	agent/operator/command-args.h \
	agent/operator/component.c \
	agent/operator/component.h \
	agent/operator/contact-targets.c \
	agent/operator/contact-targets.h \
	agent/operator/health.c \
	agent/operator/health.h \
	agent/operator/icmp-errors.c \
	agent/operator/icmp-errors.h \
	agent/operator/listing.c \
	agent/operator/listing.h \
	agent/operator/networks.c \
	agent/operator/networks.h \
	agent/operator/notify.c \
	agent/operator/notify.h \
	agent/operator/translate.c \
	agent/operator/translate.h \
	agent/operator/translation.c \
	agent/operator/translation.h

agent_pipette_agent_SOURCES = agent/main.c
agent_pipette_agent_LDADD = $(PIPETTE_LIBS)
# The map says what of Open vSwitch's library is in it: see debian/sbom.py.
agent_pipette_agent_LDFLAGS = $(AM_LDFLAGS) -Wl,-Map,$@.map
CLEANFILES += agent/pipette-agent.map

bin_PROGRAMS += agent/pipettectl/pipettectl
agent_pipettectl_pipettectl_SOURCES = \
	agent/pipettectl/args.c \
	agent/pipettectl/args.h \
	agent/pipettectl/contacts.c \
	agent/pipettectl/contacts.h \
	agent/pipettectl/ctl.c \
	agent/pipettectl/ctl.h \
	agent/pipettectl/find.c \
	agent/pipettectl/follow.c \
	agent/pipettectl/lists.c \
	agent/pipettectl/main.c \
	agent/pipettectl/report.c \
	agent/pipettectl/status.c \
	agent/pipettectl/table.c \
	agent/pipettectl/table.h \
	agent/pipettectl/top.c \
	agent/pipettectl/translate.c
agent_pipettectl_pipettectl_LDADD = $(PIPETTE_LIBS)
$(agent_pipettectl_pipettectl_OBJECTS): | $(OVS_LIB)

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = agent/bash-completion/pipette-agent \
	agent/bash-completion/pipettectl
$(agent_pipette_agent_OBJECTS): | $(OVS_LIB)
