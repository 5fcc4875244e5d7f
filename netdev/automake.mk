libpipette_a_SOURCES += \
	netdev/event-socket.c \
	netdev/event-socket.h \
	netdev/events.c \
	netdev/events.h \
	netdev/firewall-table.c \
	netdev/firewall-table.h \
	netdev/firewall.c \
	netdev/firewall.h \
	netdev/link-reconcile.c \
	netdev/link-reconcile.h \
	netdev/links-config.c \
	netdev/links-config.h \
	netdev/links.c \
	netdev/links.h \
	netdev/netlink.c \
	netdev/netlink.h \
	netdev/route-reconcile.c \
	netdev/route-reconcile.h \
	netdev/route-table.c \
	netdev/route-table.h \
	netdev/snapshot.c \
	netdev/snapshot.h
