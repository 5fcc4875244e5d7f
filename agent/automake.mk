sbin_PROGRAMS += agent/pipette-agent
dist_man_MANS += agent/pipette-agent.7 agent/pipette-agent.8 \
	agent/pipette-agent-contacts.5 agent/pipette-agent-metrics.7 \
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
	agent/contacts/contact-budget.c \
	agent/contacts/contact-budget.h \
	agent/contacts/contact-busy.c \
	agent/contacts/contact-busy.h \
	agent/contacts/contact-eve.c \
	agent/contacts/contact-eve.h \
	agent/contacts/contact-fields.c \
	agent/contacts/contact-fields.h \
	agent/contacts/contact-filter.c \
	agent/contacts/contact-filter.h \
	agent/contacts/contact-list.c \
	agent/contacts/contact-list.h \
	agent/contacts/contact-log.c \
	agent/contacts/contact-log.h \
	agent/contacts/contact-packet.c \
	agent/contacts/contact-packet.h \
	agent/contacts/contact-ports.c \
	agent/contacts/contact-ports.h \
	agent/contacts/contact-record.c \
	agent/contacts/contact-record.h \
	agent/contacts/contact-right.c \
	agent/contacts/contact-right.h \
	agent/contacts/contact-scope.c \
	agent/contacts/contact-scope.h \
	agent/contacts/contact-sink.c \
	agent/contacts/contact-sink.h \
	agent/contacts/contact-table.c \
	agent/contacts/contact-table.h \
	agent/contacts/contact-top.c \
	agent/contacts/contact-writer.c \
	agent/contacts/contact-writer.h \
	agent/contacts/contact-zeek.c \
	agent/contacts/contact-zeek.h \
	agent/contacts/contacts-show.c \
	agent/contacts/contacts-show.h \
	agent/contacts/contacts.c \
	agent/contacts/contacts.h \
	agent/loop/agent.c \
	agent/loop/agent.h \
	agent/loop/askers.c \
	agent/loop/askers.h \
	agent/loop/backends.c \
	agent/loop/backends.h \
	agent/loop/control.c \
	agent/loop/control.h \
	agent/loop/conn-limits.c \
	agent/loop/conn-limits.h \
	agent/loop/control-lists.c \
	agent/loop/control-lists.h \
	agent/loop/datapath-watch.c \
	agent/loop/datapath-watch.h \
	agent/loop/hints.c \
	agent/loop/hints.h \
	agent/loop/host-watch.c \
	agent/loop/host-watch.h \
	agent/loop/limits.c \
	agent/loop/limits.h \
	agent/loop/ovs-compat.h \
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
	agent/operator/lookup.c \
	agent/operator/lookup.h \
	agent/operator/metrics.c \
	agent/operator/metrics.h \
	agent/operator/metrics-text.c \
	agent/operator/metrics-text.h \
	agent/operator/networks.c \
	agent/operator/networks.h \
	agent/operator/notify.c \
	agent/operator/notify.h \
	agent/operator/process.c \
	agent/operator/process.h \
	agent/operator/switch-listings.c \
	agent/operator/switch-listings.h \
	agent/operator/translate-text.c \
	agent/operator/translate.c \
	agent/operator/translate.h \
	agent/operator/translation.c \
	agent/operator/translation.h \
	agent/pipettectl/top-call.c \
	agent/pipettectl/top-call.h \
	agent/pipettectl/top-grid.c \
	agent/pipettectl/top-grid.h \
	agent/pipettectl/top-keys.c \
	agent/pipettectl/top-layout.c \
	agent/pipettectl/top-layout.h \
	agent/pipettectl/top-rows.c \
	agent/pipettectl/top-rows.h \
	agent/pipettectl/top-state.c \
	agent/pipettectl/top-state.h \
	agent/pipettectl/report-assets.h \
	agent/pipettectl/report-charts.h \
	agent/pipettectl/report-data.c \
	agent/pipettectl/report-data.h \
	agent/pipettectl/report-heat.c \
	agent/pipettectl/report-html.c \
	agent/pipettectl/report-html.h \
	agent/pipettectl/report-json.c \
	agent/pipettectl/report-json.h \
	agent/pipettectl/report-read.c \
	agent/pipettectl/report-read.h \
	agent/pipettectl/report-sort.c \
	agent/pipettectl/report-sort.h \
	agent/pipettectl/report-summary.c \
	agent/pipettectl/report-summary.h \
	agent/pipettectl/report-tables.c \
	agent/pipettectl/report-tables.h \
	agent/pipettectl/report-text.c \
	agent/pipettectl/report-text.h \
	agent/pipettectl/report-timeline.c
nodist_libpipette_a_SOURCES = agent/pipettectl/report-assets.c

# Style and script of the report's page, as strings.
REPORT_ASSETS = agent/pipettectl/report.css agent/pipettectl/report.js
EXTRA_DIST += agent/pipettectl/embed.py $(REPORT_ASSETS)
CLEANFILES += agent/pipettectl/report-assets.c
agent/pipettectl/report-assets.c: agent/pipettectl/embed.py $(REPORT_ASSETS)
	$(AM_V_GEN)$(MKDIR_P) agent/pipettectl && cd $(srcdir) && \
	$(PYTHON3) agent/pipettectl/embed.py $(REPORT_ASSETS) \
	    >$(abs_builddir)/$@.tmp && mv $(abs_builddir)/$@.tmp \
	    $(abs_builddir)/$@

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
	agent/pipettectl/lookup.c \
	agent/pipettectl/main.c \
	agent/pipettectl/report.c \
	agent/pipettectl/status.c \
	agent/pipettectl/table.c \
	agent/pipettectl/table.h \
	agent/pipettectl/top-live.c \
	agent/pipettectl/top-live.h \
	agent/pipettectl/top-screen.c \
	agent/pipettectl/top-screen.h \
	agent/pipettectl/top.c \
	agent/pipettectl/translate.c
agent_pipettectl_pipettectl_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS)
agent_pipettectl_pipettectl_LDADD = $(PIPETTE_LIBS) $(NCURSES_LIBS)
agent_pipettectl_pipettectl_LDFLAGS = $(AM_LDFLAGS) -Wl,-Map,$@.map
CLEANFILES += agent/pipettectl/pipettectl.map
$(agent_pipettectl_pipettectl_OBJECTS): | $(OVS_LIB)

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = agent/bash-completion/pipette-agent \
	agent/bash-completion/pipettectl
$(agent_pipette_agent_OBJECTS): | $(OVS_LIB)
