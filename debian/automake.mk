# The package.  Build it with dpkg-buildpackage: see RELEASING.md.
EXTRA_DIST += \
	debian/README.Debian \
	debian/changelog \
	debian/conf/05-pipette-agent.conf \
	debian/conf/05-pipette-agent.network \
	debian/conf/50-pipette-agent.conf \
	debian/conf/copro0.conf \
	debian/conf/pipette-agent.conf \
	debian/control \
	debian/copyright \
	debian/metrics/metrics-textfile \
	debian/metrics/pipette-agent-metrics@.service \
	debian/metrics/pipette-agent-metrics@.timer \
	debian/pipette-agent.docs \
	debian/pipette-agent.examples \
	debian/pipette-agent.install \
	debian/pipette-agent.lintian-overrides \
	debian/pipette-agent.logrotate \
	debian/pipette-agent.postinst \
	debian/pipette-agent.postrm \
	debian/pipette-agent.prerm \
	debian/pipette-agent@.service \
	debian/rules \
	debian/sbom.py \
	debian/source/format \
	debian/tests/control \
	debian/tests/smoke
