sbin_PROGRAMS += agent/pipette-agent
dist_man_MANS += agent/pipette-agent.8

libpipette_a_SOURCES += \
	agent/agent.c \
	agent/agent.h \
	agent/config-file.c \
	agent/config-file.h \
	agent/health.c \
	agent/health.h \
	agent/notify.c \
	agent/notify.h \
	agent/option-values.c \
	agent/option-values.h \
	agent/options.c \
	agent/options.h \
	agent/part.c \
	agent/part.h \
	agent/removal.c \
	agent/removal.h \
	agent/rooms.c \
	agent/rooms.h \
	agent/schedule.c \
	agent/schedule.h \
	agent/service.c \
	agent/service.h \
	agent/settings.c \
	agent/settings.h \
	agent/socket-watch.c \
	agent/socket-watch.h \
	agent/translate.c \
	agent/translate.h

agent_pipette_agent_SOURCES = agent/main.c
agent_pipette_agent_LDADD = $(PIPETTE_LIBS)
# The map says what of Open vSwitch's library is in it: see debian/sbom.py.
agent_pipette_agent_LDFLAGS = $(AM_LDFLAGS) -Wl,-Map,$@.map
CLEANFILES += agent/pipette-agent.map

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = agent/bash-completion/pipette-agent
$(agent_pipette_agent_OBJECTS): | $(OVS_LIB)
