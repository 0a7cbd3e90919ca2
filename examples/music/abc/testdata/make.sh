#!/bin/sh
# Writes golden.csv: the notes of golden.abc as abc2midi plays them (Debian packages abcmidi
# and midicsv), a line each: tune, onset in 480ths of a quarter note, key.
# -NGRA leaves out grace notes; tunes have no field R, which makes abc2midi swing.
cd "$(dirname "$0")" || exit 1
midi=$(mktemp) || exit 1
for tune in 1 2 3 4 5 6; do
	abc2midi golden.abc $tune -o "$midi" -NGRA -NGUI >/dev/null
	midicsv "$midi" | awk -F', *' -v tune=$tune '$3 == "Note_on_c" && $6 > 0 { print tune "," $2 "," $5 }'
done >golden.csv
rm "$midi"
