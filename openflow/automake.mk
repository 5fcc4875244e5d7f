libpipette_a_SOURCES += \
	openflow/address.c \
	openflow/address.h \
	openflow/flow-diff.c \
	openflow/flow-diff.h \
	openflow/flow-monitor.c \
	openflow/flow-monitor.h \
	openflow/flow-set.c \
	openflow/flow-set.h \
	openflow/socket-watch.c \
	openflow/socket-watch.h \
	openflow/switch-conn.c \
	openflow/switch-conn.h
