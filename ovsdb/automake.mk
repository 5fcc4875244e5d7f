libpipette_a_SOURCES += \
	ovsdb/bridge-rows.c \
	ovsdb/bridge-rows.h \
	ovsdb/row-edit.c \
	ovsdb/row-edit.h
