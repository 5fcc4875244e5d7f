# SPDX-License-Identifier: Apache-2.0

# PIPETTE_OVS_SOURCE
# ------------------
# Finds the Open vSwitch source that libopenvswitch is built from: Debian's
# openvswitch-source by default (a tarball in Debian 12, a tree in 13), another
# tarball or tree by option.
AC_DEFUN([PIPETTE_OVS_SOURCE],
  [AC_ARG_WITH([ovs-source],
     [AS_HELP_STRING([--with-ovs-source=PATH],
        [Open vSwitch source, a .tar.gz or an unpacked tree that is not
         configured [Debian's openvswitch-source]])],
     [], [with_ovs_source=/usr/src/openvswitch
          AS_IF([test -f $with_ovs_source/openvswitch.tar.gz],
            [with_ovs_source=$with_ovs_source/openvswitch.tar.gz])])
   AC_MSG_CHECKING([for the Open vSwitch source])
   AS_IF([test -x "$with_ovs_source/configure"],
           [AS_IF([test -e "$with_ovs_source/config.status"],
              [AC_MSG_ERROR([$with_ovs_source is configured already: give --with-ovs-source a clean tree])])],
         [test -f "$with_ovs_source"], [],
         [AC_MSG_ERROR([no Open vSwitch source at $with_ovs_source: install openvswitch-source, or give --with-ovs-source])])
   AC_MSG_RESULT([$with_ovs_source])
   OVS_SOURCE=`cd "\`dirname "$with_ovs_source"\`" && pwd`/`basename "$with_ovs_source"`
   AC_SUBST([OVS_SOURCE])
   AC_MSG_CHECKING([for the version of Open vSwitch])
   AS_IF([test -d "$OVS_SOURCE"], [cat "$OVS_SOURCE/configure.ac"],
         [tar -xzOf "$OVS_SOURCE" --wildcards '*/configure.ac']) |
       sed -n 's/^.._INIT(openvswitch, @<:@^0-9@:>@*\(@<:@0-9@:>@*\)\.\(@<:@0-9@:>@*\)\..*/\1 \2/p' >conftest.ovs
   read -r ovs_major ovs_minor <conftest.ovs ||
       AC_MSG_ERROR([not in $OVS_SOURCE])
   rm conftest.ovs
   AC_MSG_RESULT([$ovs_major.$ovs_minor])
   AC_SUBST([OVS_VERSION], [`expr $ovs_major \* 100 + $ovs_minor`])])

# PIPETTE_LIBRARIES
# -----------------
AC_DEFUN([PIPETTE_LIBRARIES],
  [PKG_PROG_PKG_CONFIG
   AS_IF([test -z "$PKG_CONFIG"],
     [AC_MSG_ERROR([pkg-config is missing (install pkg-config)])])
   PKG_CHECK_MODULES([LIBNL], [libnl-3.0 >= 3.5 libnl-route-3.0 >= 3.5], [],
     [AC_MSG_ERROR([libnl-3 is missing (install libnl-3-dev and libnl-route-3-dev)])])
   PKG_CHECK_MODULES([LIBINIH], [inih], [],
     [AC_MSG_ERROR([libinih is missing (install libinih-dev)])])
   PKG_CHECK_MODULES([LIBPCAP], [libpcap >= 1.10], [],
     [AC_MSG_ERROR([libpcap is missing (install libpcap-dev)])])
   PKG_CHECK_MODULES([NCURSES], [ncursesw], [],
     [AC_MSG_ERROR([ncurses is missing (install libncurses-dev)])])
   AC_ARG_ENABLE([tests],
     [AS_HELP_STRING([--disable-tests], [do without cmocka and "make check"])],
     [], [enable_tests=yes])
   AS_IF([test "$enable_tests" = yes],
     [PKG_CHECK_MODULES([CMOCKA], [cmocka >= 1.1], [],
        [AC_MSG_ERROR([cmocka is missing (install libcmocka-dev, or configure with --disable-tests)])])])
   AM_CONDITIONAL([ENABLE_TESTS], [test "$enable_tests" = yes])])

# PIPETTE_TRY_FLAG(VARIABLE, FLAG, [C|LD])
# ----------------------------------------
# Adds FLAG to VARIABLE if the compiler takes it.
AC_DEFUN([PIPETTE_TRY_FLAG],
  [AS_VAR_PUSHDEF([cache], [pipette_cv_flag_$2])
   AC_CACHE_CHECK([whether $CC accepts $2], [cache],
     [save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS -Werror $2"
      AC_LINK_IFELSE([AC_LANG_PROGRAM()],
        [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
      CFLAGS=$save_CFLAGS])
   AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
   AS_VAR_POPDEF([cache])])

# PIPETTE_HARDENING
# -----------------
# Flags for our code and for libopenvswitch alike.  The distribution's own
# (dpkg-buildflags) come in CFLAGS, CPPFLAGS and LDFLAGS.
AC_DEFUN([PIPETTE_HARDENING],
  [HARDENING_CFLAGS= HARDENING_LDFLAGS=
   PIPETTE_TRY_FLAG([HARDENING_CFLAGS], [-fPIE])
   PIPETTE_TRY_FLAG([HARDENING_CFLAGS], [-fstack-protector-strong])
   PIPETTE_TRY_FLAG([HARDENING_CFLAGS], [-fstack-clash-protection])
   PIPETTE_TRY_FLAG([HARDENING_CFLAGS], [-ffunction-sections])
   PIPETTE_TRY_FLAG([HARDENING_CFLAGS], [-fdata-sections])
   AS_CASE([" $CFLAGS $CPPFLAGS "],
     [*FORTIFY_SOURCE*|*" -O0 "*], [],
     [HARDENING_CFLAGS="$HARDENING_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])
   PIPETTE_TRY_FLAG([HARDENING_LDFLAGS], [-pie])
   PIPETTE_TRY_FLAG([HARDENING_LDFLAGS], [-Wl,-z,relro])
   PIPETTE_TRY_FLAG([HARDENING_LDFLAGS], [-Wl,-z,now])
   PIPETTE_TRY_FLAG([HARDENING_LDFLAGS], [-Wl,--gc-sections])
   PIPETTE_TRY_FLAG([HARDENING_LDFLAGS], [-Wl,--as-needed])
   AC_SUBST([HARDENING_CFLAGS])
   AC_SUBST([HARDENING_LDFLAGS])])

# PIPETTE_WARNINGS
# ----------------
AC_DEFUN([PIPETTE_WARNINGS],
  [AC_ARG_ENABLE([Werror],
     [AS_HELP_STRING([--enable-Werror], [make warnings errors])],
     [], [enable_Werror=no])
   WARNING_CFLAGS="-Wall -Wextra -Wno-sign-compare"
   m4_foreach([flag], [[-Wstrict-prototypes], [-Wold-style-definition],
       [-Wmissing-prototypes], [-Wmissing-field-initializers],
       [-Wswitch-bool], [-Wshadow], [-Wformat=2]],
     [PIPETTE_TRY_FLAG([WARNING_CFLAGS], flag)])
   AS_IF([test "$enable_Werror" = yes],
     [WARNING_CFLAGS="$WARNING_CFLAGS -Werror"])
   AC_SUBST([WARNING_CFLAGS])])

# PIPETTE_SANITIZERS
# ------------------
AC_DEFUN([PIPETTE_SANITIZERS],
  [AC_ARG_ENABLE([sanitizers],
     [AS_HELP_STRING([--enable-sanitizers],
        [build our code with the address and undefined behavior sanitizers])],
     [], [enable_sanitizers=no])
   SANITIZER_FLAGS=
   AS_IF([test "$enable_sanitizers" = yes],
     [PIPETTE_TRY_FLAG([SANITIZER_FLAGS],
        [-fsanitize=address,undefined])
      AS_IF([test -z "$SANITIZER_FLAGS"],
        [AC_MSG_ERROR([$CC has no address and undefined behavior sanitizers (install libasan and libubsan for it)])])
      SANITIZER_FLAGS="$SANITIZER_FLAGS -fno-omit-frame-pointer -fno-sanitize-recover=undefined"])
   AC_SUBST([SANITIZER_FLAGS])])

# PIPETTE_FUZZ
# ------------
# What "make fuzz" configures a build of its own with.  Without, the targets
# take files instead, for "make check".
AC_DEFUN([PIPETTE_FUZZ],
  [AC_ARG_ENABLE([fuzz],
     [AS_HELP_STRING([--enable-fuzz],
        [link the fuzz targets with libFuzzer (for "make fuzz", which sets CC
         and CFLAGS too)])],
     [], [enable_fuzz=no])
   AS_IF([test "$enable_fuzz" = yes],
     [AC_MSG_CHECKING([for libFuzzer])
      save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS -fsanitize=fuzzer"
      AC_LINK_IFELSE([AC_LANG_SOURCE(
          [[int LLVMFuzzerTestOneInput(void) { return 0; }]])],
        [AC_MSG_RESULT([yes])],
        [AC_MSG_RESULT([no])
         AC_MSG_ERROR([libFuzzer is missing (install clang and libclang-rt-dev)])])
      CFLAGS=$save_CFLAGS])
   AM_CONDITIONAL([ENABLE_FUZZ], [test "$enable_fuzz" = yes])])
