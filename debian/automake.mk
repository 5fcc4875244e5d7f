EXTRA_DIST += debian/control
