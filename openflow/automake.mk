libpipette_a_SOURCES += \
	openflow/address-plan.c \
	openflow/address-plan.h \
	openflow/drop-count.c \
	openflow/drop-count.h \
	openflow/flow-count.c \
	openflow/flow-count.h \
	openflow/flow-diff.c \
	openflow/flow-diff.h \
	openflow/flow-monitor.c \
	openflow/flow-monitor.h \
	openflow/flow-set.c \
	openflow/flow-set.h \
	openflow/flow-sync.c \
	openflow/flow-sync.h \
	openflow/flow-words.c \
	openflow/flow-words.h \
	openflow/frag-mode.c \
	openflow/frag-mode.h \
	openflow/nat-diff.c \
	openflow/nat-diff.h \
	openflow/subnet-set.c \
	openflow/subnet-set.h \
	openflow/switch-conn.c \
	openflow/switch-conn.h
