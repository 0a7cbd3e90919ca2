package imagefile

import (
	"context"
	"image"
)

// fromLimited makes RGB of YCbCr as WebP has it: BT.601, Y from 16 to 235, Cb and
// Cr from 16 to 240, both halved in width and height. alpha, if there is any, has
// a byte for each pixel.
//
// It computes in integers as libwebp does, and so makes the same bytes:
//
//	R = 1.164 (Y−16) + 1.596 (Cr−128)
//	G = 1.164 (Y−16) − 0.391 (Cb−128) − 0.813 (Cr−128)
//	B = 1.164 (Y−16) + 2.018 (Cb−128)
//
// A pixel's colour is that of the nearest four samples, 9 : 3 : 3 : 1.
// Reference: ITU-R BT.601-7; libwebp, src/dsp/yuv.h and src/dsp/upsampling.c.
func fromLimited(ctx context.Context, m *image.YCbCr, alpha []byte, alphaStride int) *image.NRGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	across, last := (w+1)/2, (h-1)/2
	cb, cr := make([]byte, w), make([]byte, w)
	for y := range h {
		if ctx.Err() != nil {
			return out // which nobody looks at
		}
		near := y / 2
		far := min(max(near-1+y%2*2, 0), last)
		upsample(cb, m.Cb[near*m.CStride:][:across], m.Cb[far*m.CStride:][:across])
		upsample(cr, m.Cr[near*m.CStride:][:across], m.Cr[far*m.CStride:][:across])
		luma, to := m.Y[y*m.YStride:][:w], out.Pix[y*out.Stride:]
		for x, v := range luma {
			p := to[4*x : 4*x+4 : 4*x+4]
			base, u, v := int(v)*19077>>8, int(cb[x]), int(cr[x])
			p[0] = clipped(base + v*26149>>8 - 14234)
			p[1] = clipped(base - u*6419>>8 - v*13320>>8 + 8708)
			p[2] = clipped(base + u*33050>>8 - 17685)
			p[3] = 255
			if alpha != nil {
				p[3] = alpha[y*alphaStride+x]
			}
		}
	}
	return out
}

// clipped is a number of 6 bits after the point as a byte.
func clipped(v int) byte { return byte(min(max(v>>6, 0), 255)) }

// upsample makes a row of colour samples twice as wide, between the nearer row
// and the farther one.
func upsample(out, near, far []byte) {
	edge := func(at int) byte { return byte((3*int(near[at]) + int(far[at]) + 2) >> 2) }
	out[0] = edge(0)
	for x := 1; x < len(near); x++ {
		n0, n1, f0, f1 := int(near[x-1]), int(near[x]), int(far[x-1]), int(far[x])
		sum := n0 + n1 + f0 + f1 + 8
		out[2*x-1] = byte(((sum+2*(n1+f0))>>3 + n0) >> 1)
		if 2*x < len(out) {
			out[2*x] = byte(((sum+2*(n0+f1))>>3 + n1) >> 1)
		}
	}
	if len(out)%2 == 0 {
		out[len(out)-1] = edge(len(near) - 1)
	}
}
