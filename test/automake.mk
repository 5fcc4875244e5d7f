# Units: cmocka, one program, one Autotest test a function.
if ENABLE_TESTS
check_PROGRAMS += test/unit
endif
test_unit_SOURCES = \
	test/sync-peer.c \
	test/sync-peer.h \
	test/unit.c \
	test/unit.h \
	test/unit-address.c \
	test/unit-address-plan.c \
	test/unit-address-set.c \
	test/unit-claims.c \
	test/unit-nd.c \
	test/unit-conntrack.c \
	test/unit-contact-formats.c \
	test/unit-contact-lib.c \
	test/unit-contact-lib.h \
	test/unit-contact-list.c \
	test/unit-contact-log.c \
	test/unit-contact-packet.c \
	test/unit-contact-ports.c \
	test/unit-contact-record.c \
	test/unit-contact-right.c \
	test/unit-contact-scope.c \
	test/unit-contact-sink.c \
	test/unit-contact-table.c \
	test/unit-contact-targets.c \
	test/unit-ct-limits.c \
	test/unit-datapath-watch.c \
	test/unit-drop-count.c \
	test/unit-error-flows.c \
	test/unit-error-lib.c \
	test/unit-error-lib.h \
	test/unit-error-plan.c \
	test/unit-error-relay.c \
	test/unit-error-translate.c \
	test/unit-firewall.c \
	test/unit-flow-diff.c \
	test/unit-flow-listing.c \
	test/unit-flow-lib.c \
	test/unit-flow-lib.h \
	test/unit-flow-networks.c \
	test/unit-flow-set.c \
	test/unit-flow-sync.c \
	test/unit-frag-mode.c \
	test/unit-health.c \
	test/unit-host-watch.c \
	test/unit-input-chains.c \
	test/unit-links-ipv6.c \
	test/unit-links.c \
	test/unit-listing.c \
	test/unit-lookup.c \
	test/unit-metrics.c \
	test/unit-notify.c \
	test/unit-offloads.c \
	test/unit-options.c \
	test/unit-report.c \
	test/unit-restart-watch.c \
	test/unit-schedule.c \
	test/unit-switch-listings.c \
	test/unit-sync-counts.c \
	test/unit-tap.c \
	test/unit-top.c
test_unit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
test_unit_LDADD = $(PIPETTE_LIBS) $(CMOCKA_LIBS)
test_unit_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=nl_connect \
	-Wl,--wrap=features_get -Wl,--wrap=features_set
$(test_unit_OBJECTS): | $(OVS_LIB)

# Many pairs, for tests and the benchmark.
if ENABLE_TESTS
check_PROGRAMS += test/pairs
endif
test_pairs_SOURCES = test/pairs.c test/pairs-frames.c test/pairs-frames.h
test_pairs_LDADD = $(PIPETTE_LIBS)
$(test_pairs_OBJECTS): | $(OVS_LIB)

# Lost events, for a system test.
if ENABLE_TESTS
check_PROGRAMS += test/links-overrun
endif
test_links_overrun_SOURCES = test/links-overrun.c
test_links_overrun_LDADD = $(PIPETTE_LIBS)
$(test_links_overrun_OBJECTS): | $(OVS_LIB)

# The rows, without an agent.
if ENABLE_TESTS
check_PROGRAMS += test/rows
endif
test_rows_SOURCES = test/rows.c
test_rows_LDADD = $(PIPETTE_LIBS)
$(test_rows_OBJECTS): | $(OVS_LIB)

# Fuzz targets: with libFuzzer for "make fuzz", otherwise with a main program
# that replays the seeds, for "make check".
FUZZ_TARGETS = test/fuzz-options test/fuzz-netlink test/fuzz-switch \
	test/fuzz-errors test/fuzz-nd test/fuzz-contacts test/fuzz-report
FUZZ_COMMON = test/fuzz.c test/fuzz.h
if ENABLE_FUZZ
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
FUZZ_LINK = $(AM_LDFLAGS)
FUZZ_COMMON += test/fuzz-replay.c
endif
if ENABLE_TESTS
check_PROGRAMS += $(FUZZ_TARGETS)
else
EXTRA_PROGRAMS = $(FUZZ_TARGETS)
endif
test_fuzz_options_SOURCES = test/fuzz-options.c $(FUZZ_COMMON)
test_fuzz_options_LDADD = $(PIPETTE_LIBS)
test_fuzz_options_LDFLAGS = $(FUZZ_LINK)
$(test_fuzz_options_OBJECTS): | $(OVS_LIB)
test_fuzz_netlink_SOURCES = test/fuzz-netlink.c $(FUZZ_COMMON)
test_fuzz_netlink_LDADD = $(PIPETTE_LIBS)
test_fuzz_netlink_LDFLAGS = $(FUZZ_LINK) -Wl,--wrap=nl_connect \
	-Wl,--wrap=nl_socket_set_nonblocking \
	-Wl,--wrap=nl_socket_add_memberships
$(test_fuzz_netlink_OBJECTS): | $(OVS_LIB)
test_fuzz_switch_SOURCES = test/fuzz-switch.c $(FUZZ_COMMON)
test_fuzz_switch_LDADD = $(PIPETTE_LIBS)
test_fuzz_switch_LDFLAGS = $(FUZZ_LINK)
$(test_fuzz_switch_OBJECTS): | $(OVS_LIB)
test_fuzz_errors_SOURCES = test/fuzz-errors.c $(FUZZ_COMMON)
test_fuzz_errors_LDADD = $(PIPETTE_LIBS)
test_fuzz_errors_LDFLAGS = $(FUZZ_LINK)
$(test_fuzz_errors_OBJECTS): | $(OVS_LIB)
test_fuzz_nd_SOURCES = test/fuzz-nd.c $(FUZZ_COMMON)
test_fuzz_nd_LDADD = $(PIPETTE_LIBS)
test_fuzz_nd_LDFLAGS = $(FUZZ_LINK)
$(test_fuzz_nd_OBJECTS): | $(OVS_LIB)
test_fuzz_contacts_SOURCES = test/fuzz-contacts.c $(FUZZ_COMMON)
test_fuzz_contacts_LDADD = $(PIPETTE_LIBS)
test_fuzz_contacts_LDFLAGS = $(FUZZ_LINK)
$(test_fuzz_contacts_OBJECTS): | $(OVS_LIB)
test_fuzz_report_SOURCES = test/fuzz-report.c $(FUZZ_COMMON)
test_fuzz_report_LDADD = $(PIPETTE_LIBS)
test_fuzz_report_LDFLAGS = $(FUZZ_LINK)
$(test_fuzz_report_OBJECTS): | $(OVS_LIB)
EXTRA_DIST += test/fuzz.sh test/fuzz-options.dict test/fuzz-report.dict \
	test/fuzz-seeds

# "make fuzz": each target FUZZ_SECONDS seconds, in fuzz/, where all code, that
# of Open vSwitch too, is built by clang with sanitizers.
FUZZ_SECONDS = 600
FUZZ_DIR = $(abs_builddir)/fuzz
FUZZ_COMPILE = -g -O1 -fno-omit-frame-pointer -U_FORTIFY_SOURCE \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined

$(FUZZ_DIR)/Makefile: $(top_srcdir)/configure
	@test -n '$(CLANG)' || { echo 'make fuzz: clang is missing' \
	    '(install clang and libclang-rt-dev, then configure)' >&2; exit 1; }
	@echo "  FUZZ     configure (log in fuzz/configure.log)"
	$(AM_V_at)$(MKDIR_P) $(FUZZ_DIR) && cd $(FUZZ_DIR) && \
	{ ASAN_OPTIONS=detect_leaks=0 $(abs_top_srcdir)/configure --enable-fuzz \
	    --disable-tests --with-ovs-source='$(OVS_SOURCE)' \
	    CC='$(CLANG)' CFLAGS='$(FUZZ_COMPILE)' >configure.log 2>&1 || \
	  { sed -n 's/^configure: error:/make fuzz:/p' configure.log >&2; \
	    rm -f Makefile; exit 1; }; }

fuzz: $(FUZZ_DIR)/Makefile
	ASAN_OPTIONS=detect_leaks=0 $(MAKE) -C $(FUZZ_DIR) $(FUZZ_TARGETS)
	$(SHELL) $(srcdir)/test/fuzz.sh $(FUZZ_DIR) $(FUZZ_SECONDS) \
	    $(FUZZ_TARGETS)

# "make check-sanitizers": the testsuite with our code built with the address
# and undefined behavior sanitizers, in sanitized/.
SANITIZED_DIR = $(abs_builddir)/sanitized

$(SANITIZED_DIR)/Makefile: $(top_srcdir)/configure
	@echo "  CHECK    configure (log in sanitized/configure.log)"
	$(AM_V_at)$(MKDIR_P) $(SANITIZED_DIR) && cd $(SANITIZED_DIR) && \
	ln -sfn $(OVS_DIR) openvswitch && \
	{ $(abs_top_srcdir)/configure --enable-sanitizers \
	    --with-ovs-source='$(OVS_SOURCE)' >configure.log 2>&1 || \
	  { sed -n 's/^configure: error:/make check-sanitizers:/p' \
	      configure.log >&2; rm -f Makefile; exit 1; }; }

check-sanitizers: all $(SANITIZED_DIR)/Makefile
	@$(MAKE) -C $(SANITIZED_DIR) check TESTSUITEFLAGS='$(TESTSUITEFLAGS)'

# Testsuites: Autotest, with Open vSwitch's own macros.
TESTSUITE_AT = \
	test/testsuite.at \
	test/macros.at \
	test/unit.at \
	test/fuzz.at \
	test/contacts.at \
	test/options.at \
	test/package.at \
	test/config.at \
	test/pipettectl.at \
	test/rows.at \
	test/rows-alone.at \
	test/flows.at \
	test/hostile.at \
	test/trace.at \
	test/vlans.at \
	test/networks.at \
	test/families.at \
	test/claims.at \
	test/claims-nd.at \
	test/listings.at \
	test/limits.at \
	test/metrics.at \
	test/report.at \
	test/subnet.at \
	test/top.at
SYSTEM_TESTSUITE_AT = \
	test/system-testsuite.at \
	test/system-macros.at \
	test/system-links.at \
	test/system-ipv6.at \
	test/system-networks.at \
	test/system-claims.at \
	test/system-claims-nd.at \
	test/system-contact-log.at \
	test/system-connections.at \
	test/system-contacts.at \
	test/system-host.at \
	test/system-others.at \
	test/system-pipettectl.at \
	test/system-recipes.at \
	test/system.at \
	test/pairs.at \
	test/traffic.at \
	test/containers.at \
	test/errors.at \
	test/faucet.at \
	test/walls.at
FAULTS_TESTSUITE_AT = \
	test/faults-testsuite.at \
	test/system-macros.at \
	test/faults.at
PACKAGE_TESTSUITE_AT = \
	test/package-testsuite.at
TEST_HELPERS = \
	test/alerts-test.yml \
	test/appliance/boot-1.sh \
	test/appliance/boot-2.sh \
	test/appliance/claims.sh \
	test/appliance/contacts.sh \
	test/appliance/connections.sh \
	test/appliance/containers.sh \
	test/appliance/dropin.sh \
	test/appliance/image.sh \
	test/appliance/init \
	test/appliance/ipv6.sh \
	test/appliance/job-lib.sh \
	test/appliance/job.service \
	test/appliance/job.sh \
	test/appliance/lab-switch.sh \
	test/appliance/lab.service \
	test/appliance/lab.sh \
	test/appliance/packages \
	test/appliance/run.sh \
	test/appliance/services.service \
	test/neighbours.py \
	test/askers.py \
	test/bench.sh \
	test/bench-claims.sh \
	test/bench-contacts.sh \
	test/bench-costs.sh \
	test/bench-ipv6.sh \
	test/bench-networks.sh \
	test/bench-pairs.sh \
	test/bench-traffic.sh \
	test/claims-lib.sh \
	test/host-lib.sh \
	test/contacts-lib.sh \
	test/cli-baseline.sh \
	test/connects.py \
	test/dashboard.py \
	test/demo.sh \
	test/fake-control.py \
	test/fake-switch.py \
	test/fake-top.py \
	test/fault-lib.sh \
	test/ct-flood.py \
	test/flood.py \
	test/knock.py \
	test/ovsdb-proxy.py \
	test/package-life.sh \
	test/packages \
	test/package.sh \
	test/networks-lib.sh \
	test/pairs-lib.sh \
	test/peer.py \
	test/plans.py \
	test/sandbox \
	test/docker-lib.sh \
	test/errors.py \
	test/sandbox-lib.sh \
	test/send-frames.py \
	test/report-browser.py \
	test/report-log.py \
	test/report-text.py \
	test/shell.sh \
	test/soak.sh \
	test/steady.py \
	test/terminal.py \
	test/wall_frames.py \
	test/walls.py \
	test/walls6.py \
	test/without-nftables.py \
	test/write-measurements.sh
EXTRA_DIST += $(TESTSUITE_AT) $(SYSTEM_TESTSUITE_AT) $(FAULTS_TESTSUITE_AT) \
	$(PACKAGE_TESTSUITE_AT) $(TEST_HELPERS) \
	test/claims-flows.txt test/networks-flows.txt \
	test/ipv6-flows.txt test/families-flows.txt \
	test/published-flows.txt test/contact-names test/contact-names.jq \
	test/contact-records

TESTSUITE = $(builddir)/test/testsuite
SYSTEM_TESTSUITE = $(builddir)/test/system-testsuite
FAULTS_TESTSUITE = $(builddir)/test/faults-testsuite
PACKAGE_TESTSUITE = $(builddir)/test/package-testsuite
AUTOTEST = $(AUTOM4TE) --language=autotest
AUTOTEST_INCLUDES = -I $(builddir)/test -I $(srcdir)/test -I $(OVS_SRCDIR)
AUTOTEST_PATH = agent:agent/pipettectl:test

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

$(FAULTS_TESTSUITE): test/package.m4 $(FAULTS_TESTSUITE_AT) | $(OVS_LIB)
	$(AM_V_GEN)$(AUTOTEST) $(AUTOTEST_INCLUDES) -o $@.tmp \
	    $(srcdir)/test/faults-testsuite.at && mv $@.tmp $@

$(PACKAGE_TESTSUITE): test/package.m4 $(PACKAGE_TESTSUITE_AT)
	$(AM_V_GEN)$(AUTOTEST) $(AUTOTEST_INCLUDES) -o $@.tmp \
	    $(srcdir)/test/package-testsuite.at && mv $@.tmp $@

check-local: all test/atlocal $(check_PROGRAMS) $(TESTSUITE)
	$(SHELL) $(TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS)

# Real packets: needs root.  If all tests skip, the reason is on top.
check-system: $(sbin_PROGRAMS) $(check_PROGRAMS) test/atlocal $(SYSTEM_TESTSUITE)
	-@$(SHELL) $(srcdir)/test/sandbox --can
	@rm -f $(SYSTEM_TESTSUITE).dir/table
	$(SHELL) $(SYSTEM_TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS); \
	rc=$$?; \
	test ! -e $(SYSTEM_TESTSUITE).dir/table || \
	    cat $(SYSTEM_TESTSUITE).dir/table; \
	exit $$rc

# Tables go to doc/measurements.md, unless MEASUREMENTS=no.
MEASUREMENTS = yes
WRITE_MEASUREMENTS = test '$(MEASUREMENTS)' != yes || \
	$(SHELL) $(srcdir)/test/write-measurements.sh

# What is repaired, how soon, and what traffic notices: the figures come last.
# Those of a run of some tests only are not kept.
check-faults: $(sbin_PROGRAMS) $(check_PROGRAMS) test/atlocal $(FAULTS_TESTSUITE)
	-@$(SHELL) $(srcdir)/test/sandbox --can
	@rm -f $(FAULTS_TESTSUITE).dir/table $(FAULTS_TESTSUITE).dir/lock
	$(SHELL) $(FAULTS_TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS); \
	rc=$$?; \
	if test -e $(FAULTS_TESTSUITE).dir/table; then \
	    sort $(FAULTS_TESTSUITE).dir/table | tee test/faults.table; \
	fi; \
	case $$rc,'$(TESTSUITEFLAGS)' in \
	    0,|0,-j[0-9]|0,-j[0-9][0-9]) \
		$(WRITE_MEASUREMENTS) faults $(srcdir)/doc/measurements.md \
		    <test/faults.table ;; \
	esac; \
	exit $$rc

# The package, built twice, from the tarball.  It is then in package/one.
package: package/done
package/done: $(DISTFILES)
	$(MAKE) $(AM_MAKEFLAGS) dist
	$(SHELL) $(srcdir)/test/package.sh $(distdir).tar.gz package
	touch $@

check-package: package test/atlocal $(PACKAGE_TESTSUITE)
	$(SHELL) $(PACKAGE_TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS)

# The package on Debian 12 with its own kernel, in qemu; images stay in
# appliance/images, what to look at is in appliance/results.
APPLIANCE = $(SHELL) $(srcdir)/test/appliance/run.sh

check-appliance:
	@if $(APPLIANCE) --can; then \
	    $(MAKE) $(AM_MAKEFLAGS) package && \
	    $(APPLIANCE) appliance package/one/pipette-agent_*.deb; \
	fi

# Random faults, one after the other: "make soak SOAK_SECONDS=600 SEED=7".
SOAK_SECONDS = 1800
soak: all
	PIPETTE_AGENT=$(abs_builddir)/agent/pipette-agent \
	$(SHELL) $(srcdir)/test/sandbox $(srcdir)/test/soak.sh \
	    $(SOAK_SECONDS) $(SEED)

# The whole testsuite once more with the agent and the units under valgrind.  To
# read what was inlined takes a quarter of each start, and finds no error.
check-valgrind: all test/atlocal $(check_PROGRAMS) $(TESTSUITE)
	@test -n '$(VALGRIND)' || { echo 'valgrind is missing' >&2; exit 1; }
	PIPETTE_WRAPPER='$(VALGRIND) -q --log-file=valgrind.%p --leak-check=full --errors-for-leak-kinds=definite --read-inline-info=no' \
	$(SHELL) $(TESTSUITE) -C test AUTOTEST_PATH=$(AUTOTEST_PATH) \
	    $(TESTSUITEFLAGS)

bench: all test/pairs$(EXEEXT)
	PATH=$(abs_builddir)/test:$$PATH \
	PIPETTE_AGENT=$(abs_builddir)/agent/pipette-agent \
	$(SHELL) $(srcdir)/test/sandbox $(srcdir)/test/bench.sh | \
	    tee test/bench.table
	@grep -q 'hosts come and go' test/bench.table
	@$(WRITE_MEASUREMENTS) bench $(srcdir)/doc/measurements.md \
	    <test/bench.table
	@sed -e '/ after  *before /,/ published /d' \
	    -e '/ IPv6  *IPv4 /,/ published /d' test/bench.table | \
	    grep -E '^ .* published|^(TCP stream|64-byte|connect|new pairs)|^ *(agent|from nothing|resident)' \
	    >test/bench.summary
	@$(WRITE_MEASUREMENTS) summary $(srcdir)/README.md \
	    <test/bench.summary

testsuites-clean:
	for i in $(TESTSUITE) $(SYSTEM_TESTSUITE) $(FAULTS_TESTSUITE) \
	    $(PACKAGE_TESTSUITE); do \
	    test ! -f $$i || $(SHELL) $$i -C test --clean; \
	done
	rm -f $(TESTSUITE) $(SYSTEM_TESTSUITE) $(FAULTS_TESTSUITE) \
	    $(PACKAGE_TESTSUITE) \
	    test/package.m4 test/atconfig

.PHONY: check-system check-faults check-package package check-appliance soak \
	check-valgrind check-sanitizers bench fuzz testsuites-clean
