libpipette_a_SOURCES += \
	netdev/link-edit.c \
	netdev/link-edit.h \
	netdev/links.c \
	netdev/links.h
