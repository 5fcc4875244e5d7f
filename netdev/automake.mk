libpipette_a_SOURCES += \
	netdev/link-edit.c \
	netdev/link-edit.h \
	netdev/links.c \
	netdev/links.h \
	netdev/netlink.c \
	netdev/netlink.h \
	netdev/route-edit.c \
	netdev/route-edit.h
