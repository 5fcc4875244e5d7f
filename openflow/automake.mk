libpipette_a_SOURCES += \
	openflow/address.c \
	openflow/address.h \
	openflow/flow-diff.c \
	openflow/flow-diff.h \
	openflow/flow-set.c \
	openflow/flow-set.h \
	openflow/switch-conn.c \
	openflow/switch-conn.h
