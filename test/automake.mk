# Units: cmocka, one program, one Autotest test a function.
if ENABLE_TESTS
check_PROGRAMS += test/unit
endif
test_unit_SOURCES = \
	test/unit.c \
	test/unit.h \
	test/unit-address.c \
	test/unit-flow-diff.c \
	test/unit-flow-set.c \
	test/unit-options.c \
	test/unit-socket-watch.c
test_unit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_LDADD = $(PIPETTE_LIBS) $(CMOCKA_LIBS)
$(test_unit_OBJECTS): | $(OVS_LIB)

# Testsuites: Autotest, with Open vSwitch's own macros.
TESTSUITE_AT = \
	test/testsuite.at \
	test/macros.at \
	test/unit.at \
	test/options.at \
	test/rows.at \
	test/flows.at \
	test/hostile.at \
	test/trace.at
SYSTEM_TESTSUITE_AT = \
	test/system-testsuite.at \
	test/system-macros.at \
	test/system.at
TEST_HELPERS = test/fake-switch.py test/sandbox test/sandbox-lib.sh test/peer.py test/bench.sh \
	test/by-hand.sh test/demo.sh test/shell.sh
EXTRA_DIST += $(TESTSUITE_AT) $(SYSTEM_TESTSUITE_AT) $(TEST_HELPERS) \
	test/published-flows.txt

TESTSUITE = $(builddir)/test/testsuite
SYSTEM_TESTSUITE = $(builddir)/test/system-testsuite
AUTOTEST = $(AUTOM4TE) --language=autotest
AUTOTEST_INCLUDES = -I $(builddir)/test -I $(srcdir)/test -I $(OVS_SRCDIR)
AUTOTEST_PATH = agent:test

test/package.m4: $(top_srcdir)/configure.ac
	$(AM_V_GEN)$(MKDIR_P) test && { \
	echo 'm4_define([AT_PACKAGE_NAME], [$(PACKAGE_NAME)])'; \
	echo 'm4_define([AT_PACKAGE_TARNAME], [$(PACKAGE_TARNAME)])'; \
	echo 'm4_define([AT_PACKAGE_VERSION], [$(PACKAGE_VERSION)])'; \
	echo 'm4_define([AT_PACKAGE_STRING], [$(PACKAGE_STRING)])'; \
	echo 'm4_define([AT_PACKAGE_BUGREPORT], [$(PACKAGE_BUGREPORT)])'; \
	} >$@

$(TESTSUITE): test/package.m4 $(TESTSUITE_AT) | $(OVS_LIB)
	$(AM_V_GEN)$(AUTOTEST) $(AUTOTEST_INCLUDES) -o $@.tmp \
	    $(srcdir)/test/testsuite.at && mv $@.tmp $@

$(SYSTEM_TESTSUITE): test/package.m4 $(SYSTEM_TESTSUITE_AT) | $(OVS_LIB)
	$(AM_V_GEN)$(AUTOTEST) $(AUTOTEST_INCLUDES) -o $@.tmp \
	    $(srcdir)/test/system-testsuite.at && mv $@.tmp $@

check-local: all test/atlocal $(check_PROGRAMS) $(TESTSUITE)
	$(SHELL) $(TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS)

# Real packets: needs root.  If all tests skip, the reason is on top.
check-system: all test/atlocal $(SYSTEM_TESTSUITE)
	-@$(SHELL) $(srcdir)/test/sandbox --can
	$(SHELL) $(SYSTEM_TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS)

# The whole testsuite once more with the agent and the units under valgrind.
check-valgrind: all test/atlocal $(check_PROGRAMS) $(TESTSUITE)
	@test -n '$(VALGRIND)' || { echo 'valgrind is missing' >&2; exit 1; }
	PIPETTE_WRAPPER='$(VALGRIND) -q --log-file=valgrind.%p --leak-check=full --errors-for-leak-kinds=definite' \
	$(SHELL) $(TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS)

bench: all
	PIPETTE_AGENT=$(abs_builddir)/agent/pipette-agent \
	$(SHELL) $(srcdir)/test/sandbox $(srcdir)/test/bench.sh

testsuites-clean:
	for i in $(TESTSUITE) $(SYSTEM_TESTSUITE); do \
	    test ! -f $$i || $(SHELL) $$i -C test --clean; \
	done
	rm -f $(TESTSUITE) $(SYSTEM_TESTSUITE) test/package.m4 test/atconfig

.PHONY: check-system check-valgrind bench testsuites-clean
