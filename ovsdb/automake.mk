libpipette_a_SOURCES += \
	ovsdb/bridge-notes.c \
	ovsdb/bridge-notes.h \
	ovsdb/bridge-rows.c \
	ovsdb/bridge-rows.h \
	ovsdb/port-numbers.c \
	ovsdb/port-numbers.h \
	ovsdb/row-reconcile.c \
	ovsdb/row-reconcile.h \
	ovsdb/row-find.c \
	ovsdb/row-find.h \
	ovsdb/row-note.c \
	ovsdb/row-note.h \
	ovsdb/row-port.c \
	ovsdb/row-port.h \
	ovsdb/row-refusal.c \
	ovsdb/row-refusal.h \
	ovsdb/row-tables.c \
	ovsdb/row-tables.h \
	ovsdb/row-txn.c \
	ovsdb/row-txn.h \
	ovsdb/rows-config.c \
	ovsdb/rows-config.h
