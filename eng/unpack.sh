# Sourced. Takes programs out of Debian packages into a folder without installing the packages, whose daemons would start. Templates that they look for at a fixed
# place go there.

# unpack_tools FOLDER PACKAGE PROGRAM...
unpack_tools() {
  local folder="$1" package="$2" scratch status=0 program
  shift 2
  scratch="$(mktemp -d)"
  (
    cd "$scratch" \
      && apt-get -q -o APT::Sandbox::User=root download "$package" \
      && dpkg-deb --extract "$package"_*.deb unpacked \
      && mkdir -p "$folder" \
      && if [[ -d unpacked/usr/share/prometheus ]]; then cp -r unpacked/usr/share/prometheus /usr/share/; fi \
      && for program in "$@"; do install -m 755 "unpacked/usr/bin/$program" "$folder/$program" || exit 1; done
  ) || status=1
  rm -rf "$scratch"
  return "$status"
}
