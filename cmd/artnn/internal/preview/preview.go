// Package preview shows pictures in a terminal.
//
// Three protocols draw real pixels: kitty's, iTerm2's and sixel. Without one of
// them, a terminal with 24-bit colours shows two pixels to a character cell.
package preview

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/iterm2"
	"github.com/charmbracelet/x/ansi/kitty"
	"github.com/charmbracelet/x/ansi/sixel"
	"golang.org/x/image/draw"
)

// Mode is a way of showing a picture.
type Mode string

// The modes, as users name them.
const (
	Auto   Mode = "auto"
	Off    Mode = "off"
	Kitty  Mode = "kitty"
	ITerm2 Mode = "iterm2"
	Sixel  Mode = "sixel"
	Blocks Mode = "blocks"
)

// Modes is every mode, for the help text and for checking a flag.
const Modes = "auto,off,kitty,iterm2,sixel,blocks"

// Detect chooses what a terminal can show from its environment. Multiplexers
// swallow the pixel protocols, so under them only characters are used.
func Detect(getenv func(string) string) Mode {
	term, program := getenv("TERM"), getenv("TERM_PROGRAM")
	if getenv("TMUX") == "" && getenv("STY") == "" {
		switch {
		case getenv("KITTY_WINDOW_ID") != "", term == "xterm-kitty", term == "xterm-ghostty", program == "ghostty":
			return Kitty
		case program == "iTerm.app", program == "WezTerm", getenv("LC_TERMINAL") == "iTerm2":
			return ITerm2
		case strings.HasPrefix(term, "foot"), strings.HasPrefix(term, "mlterm"), strings.HasPrefix(term, "contour"), term == "yaft-256color":
			return Sixel
		}
	}
	if c := getenv("COLORTERM"); c == "truecolor" || c == "24bit" {
		return Blocks
	}
	return Off
}

// cellWidth is that of a character cell in pixels. Terminals do not all tell;
// most are about 8×16.
const cellWidth = 8

// Write shows a picture at most columns wide and ends the line. Small pictures
// are enlarged by a whole number where pixels are drawn.
func Write(w io.Writer, m image.Image, mode Mode, columns int) error {
	switch mode {
	case Kitty:
		err := kitty.EncodeGraphics(w, fit(m, columns*cellWidth), &kitty.Options{Action: kitty.TransmitAndPut, Transmission: kitty.Direct, Format: kitty.PNG, Chunk: true, Quiet: 2})
		if err != nil {
			return err
		}
	case ITerm2:
		var b bytes.Buffer
		if err := png.Encode(&b, fit(m, columns*cellWidth)); err != nil {
			return err
		}
		size := int64(b.Len())
		if _, err := io.WriteString(w, ansi.ITerm2(iterm2.File{Inline: true, Size: size, Content: []byte(base64.StdEncoding.EncodeToString(b.Bytes()))})); err != nil {
			return err
		}
	case Sixel:
		var b bytes.Buffer
		if err := new(sixel.Encoder).Encode(&b, fit(m, columns*cellWidth)); err != nil {
			return err
		}
		if _, err := io.WriteString(w, ansi.SixelGraphics(0, 1, 0, b.Bytes())); err != nil {
			return err
		}
	case Blocks:
		return blocks(w, shrink(m, columns))
	default:
		return nil
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// fit makes a picture at most limit pixels wide, and about as large as that
// allows by whole numbers.
func fit(m image.Image, limit int) image.Image {
	b := m.Bounds()
	scale := min(limit, 4*b.Dx()) / b.Dx()
	if scale <= 1 {
		return shrink(m, limit)
	}
	out := image.NewRGBA(image.Rect(0, 0, b.Dx()*scale, b.Dy()*scale))
	draw.NearestNeighbor.Scale(out, out.Bounds(), m, b, draw.Src, nil)
	return out
}

// shrink makes a picture at most limit pixels wide.
func shrink(m image.Image, limit int) image.Image {
	b := m.Bounds()
	if b.Dx() <= limit {
		return m
	}
	out := image.NewRGBA(image.Rect(0, 0, limit, max(1, b.Dy()*limit/b.Dx())))
	draw.CatmullRom.Scale(out, out.Bounds(), m, b, draw.Src, nil)
	return out
}

// blocks draws two pixels to a cell: the upper is the character's colour, the
// lower its background.
func blocks(w io.Writer, m image.Image) error {
	var out strings.Builder
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, blue, _ := m.At(x, y).RGBA()
			fmt.Fprintf(&out, "\x1b[38;2;%d;%d;%dm", r>>8, g>>8, blue>>8)
			if y+1 < b.Max.Y {
				r, g, blue, _ = m.At(x, y+1).RGBA()
				fmt.Fprintf(&out, "\x1b[48;2;%d;%d;%dm", r>>8, g>>8, blue>>8)
			}
			out.WriteString("▀")
		}
		out.WriteString("\x1b[0m\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}
