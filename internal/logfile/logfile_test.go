package logfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// disk is a file that holds room bytes at most.
type disk struct {
	mu     sync.Mutex
	writes []string
	room   int
	closed int

	synced  int // writes before the last Sync
	syncErr error
}

var errFull = errors.New("no space left on device")

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(p), d.room)
	d.room -= n
	d.writes = append(d.writes, string(p[:n]))
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func (d *disk) Sync() error {
	d.synced = len(d.writes)
	return d.syncErr
}

func (d *disk) Close() error {
	d.closed++
	return nil
}

func (d *disk) content() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.writes, "")
}

func TestRecordsComeOutWholeAndInOrder(t *testing.T) {
	d := &disk{room: 1 << 30}
	f := New(d)
	var want bytes.Buffer
	for i := range 30_000 {
		record := fmt.Appendf(nil, "record %d\n", i)
		if i%10_000 == 5_000 { // larger than the buffer
			record = fmt.Appendf(nil, "record %d %s\n", i, strings.Repeat("x", bufferSize))
		}
		want.Write(record)
		n, err := f.Write(record)
		require.NoError(t, err)
		require.Equal(t, len(record), n)
	}
	require.NoError(t, f.Flush())
	require.Equal(t, want.String(), d.content())
	assert.Less(t, len(d.writes), 20, "records are written many at a time")
	for _, w := range d.writes {
		require.True(t, strings.HasPrefix(w, "record ") && strings.HasSuffix(w, "\n"), "a write cuts a record")
	}
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	assert.Equal(t, 1, d.closed)
}

func TestARecordWaitsASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 1 << 30}
		f := New(d)
		for i := range 3 { // the timer is set again each time
			before := d.content()
			f.Write([]byte{'a' + byte(i)})
			time.Sleep(delay / 2)
			f.Write([]byte{'.'})
			synctest.Wait()
			assert.Equal(t, before, d.content())
			time.Sleep(delay/2 + 1)
			synctest.Wait()
			assert.Equal(t, "a.b.c."[:2*i+2], d.content())
		}
		f.Write([]byte("d"))
		require.NoError(t, f.Close())
		time.Sleep(2 * delay)
		synctest.Wait()
		assert.Equal(t, "a.b.c.d", d.content())
	})
}

func TestAFullDiskIsReported(t *testing.T) {
	t.Run("at a flush", func(t *testing.T) {
		d := &disk{room: 5}
		f := New(d)
		_, err := f.Write([]byte("12345678"))
		require.NoError(t, err)
		assert.ErrorIs(t, f.Flush(), errFull)

		d.room = 100 // too late: what follows a torn record could not be read
		_, err = f.Write([]byte("9"))
		assert.ErrorIs(t, err, errFull)
		assert.ErrorIs(t, f.Close(), errFull)
		assert.Equal(t, "12345", d.content())
		assert.Equal(t, 1, d.closed)
	})
	t.Run("when the buffer is full", func(t *testing.T) {
		f := New(&disk{})
		record := make([]byte, bufferSize/2)
		var err error
		for range 3 {
			_, err = f.Write(record)
		}
		assert.ErrorIs(t, err, errFull)
	})
	t.Run("at a large record", func(t *testing.T) {
		_, err := New(&disk{}).Write(make([]byte, bufferSize))
		assert.ErrorIs(t, err, errFull)
	})
	t.Run("behind one's back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := New(&disk{})
			f.Write([]byte("x"))
			time.Sleep(2 * delay)
			synctest.Wait()
			_, err := f.Write([]byte("y"))
			assert.ErrorIs(t, err, errFull)
		})
	})
}

func TestSync(t *testing.T) {
	d := &disk{room: 9}
	f := New(d)
	f.Write([]byte("x"))
	require.NoError(t, f.Sync())
	assert.Equal(t, "x", d.content())
	assert.Equal(t, 1, d.synced)

	d.syncErr = errors.New("the cable is out")
	assert.ErrorIs(t, f.Sync(), d.syncErr)
	_, err := f.Write([]byte("y"))
	assert.ErrorIs(t, err, d.syncErr)
}

func TestUseAfterClose(t *testing.T) {
	f := New(&disk{room: 9})
	require.NoError(t, f.Close())
	_, err := f.Write([]byte("x"))
	assert.ErrorIs(t, err, os.ErrClosed)
	assert.ErrorIs(t, f.Flush(), os.ErrClosed)
	assert.ErrorIs(t, f.Sync(), os.ErrClosed)
}

func TestManyWriters(t *testing.T) {
	d := &disk{room: 1 << 30}
	f := New(d)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5000 {
				f.Write([]byte("one record\n"))
			}
		})
	}
	all.Wait()
	require.NoError(t, f.Close())
	assert.Equal(t, strings.Repeat("one record\n", 40_000), d.content())
}
