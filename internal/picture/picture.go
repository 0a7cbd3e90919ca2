// Package picture turns numbers into images, with the standard library alone,
// so that the light packages can use it too.
package picture

import "image"

// New makes a picture of values in [−1, 1]: gray for one channel, RGB for three,
// RGB with alpha for four. Values outside are clamped; NaN is black.
//
// Shape: pixels is [channels, height, width].
func New(pixels []float32, channels, height, width int) image.Image {
	rect, plane := image.Rect(0, 0, width, height), height*width
	if channels == 1 {
		m := image.NewGray(rect)
		for i, v := range pixels {
			m.Pix[i] = Byte(v)
		}
		return m
	}
	pix := make([]byte, 4*plane)
	for i := range plane {
		pix[4*i+3] = 255
		for c := range channels {
			pix[4*i+c] = Byte(pixels[c*plane+i])
		}
	}
	if channels == 4 {
		return &image.NRGBA{Pix: pix, Stride: 4 * width, Rect: rect}
	}
	return &image.RGBA{Pix: pix, Stride: 4 * width, Rect: rect}
}

// Byte maps [−1, 1] to 0…255: round((v+1)·127.5). Values outside are clamped; NaN, which converts to no
// particular byte, is 0.
func Byte(v float32) byte {
	scaled := float64(float64(v)+1)*127.5 + 0.5
	switch {
	case scaled >= 255:
		return 255
	case scaled >= 0: // false for NaN
		return byte(scaled)
	}
	return 0
}
