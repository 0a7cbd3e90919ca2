package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
)

// TokenSource is a text as tokens, which need not fit into memory.
type TokenSource interface {
	// Len is the number of tokens.
	Len() int
	// ReadTokens fills dst with the tokens from a place on. It may be called from
	// several goroutines.
	//
	// Panics if there are not as many.
	ReadTokens(dst []int32, at int)
}

// Tokens are a [TokenSource] in memory.
type Tokens []int32

// Len is the number of tokens.
func (t Tokens) Len() int { return len(t) }

// ReadTokens copies tokens.
func (t Tokens) ReadTokens(dst []int32, at int) { copy(dst, t[at:at+len(dst)]) }

// TokenFile are tokens in a file that is removed when it is closed: two bytes each, or
// four where there are more than 65,536 kinds. Nobody but this process sees it.
type TokenFile struct {
	f       *os.File
	width   int // bytes of a token
	n       int // tokens
	pending []byte
	named   bool // it has not been removed yet: some systems keep open files

	mu  sync.Mutex
	err error
}

// CreateTokenFile makes a file without tokens in a folder, "" being that of temporary
// files. Tokens are below kinds. Where files that are open cannot be removed, as on
// Windows, it removes what processes that were killed have left there.
//
// Errors: those of the file system.
func CreateTokenFile(dir string, kinds int) (*TokenFile, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	if openStays {
		sweepTokenFiles(dir)
	}
	f, err := os.CreateTemp(dir, tokenMark+"*")
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	t := &TokenFile{f: f, width: 2, named: os.Remove(f.Name()) != nil}
	if kinds > math.MaxUint16+1 {
		t.width = 4
	}
	return t, nil
}

// tokenMark begins the names of files of tokens. In the folder of temporary files, it
// says whose they are.
const tokenMark = ".artnn-tokens-"

// tokenFiles are the names that [CreateTokenFile] gives.
var tokenFiles = regexp.MustCompile(`^` + regexp.QuoteMeta(tokenMark) + `[0-9]+$`)

// openStays says that the system refuses to remove a file that any process has open. Go
// opens files without FILE_SHARE_DELETE.
const openStays = runtime.GOOS == "windows"

// sweepTokenFiles removes the files of tokens in a folder that nobody has open. It must
// be called only if openStays: elsewhere it takes those of living processes too. What
// cannot be removed is in use, or in nobody's way.
func sweepTokenFiles(dir string) {
	entries, _ := os.ReadDir(dir) // as many as can be read
	for _, e := range entries {
		if e.Type().IsRegular() && tokenFiles.MatchString(e.Name()) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// tokenBlock is how many bytes are written at a time.
const tokenBlock = 1 << 20

// Append adds tokens. After the last, call [TokenFile.Flush].
//
// Errors: those of the file system.
func (t *TokenFile) Append(tokens []int32) error {
	for _, token := range tokens {
		if t.width == 2 {
			t.pending = binary.LittleEndian.AppendUint16(t.pending, uint16(token))
		} else {
			t.pending = binary.LittleEndian.AppendUint32(t.pending, uint32(token))
		}
		if len(t.pending) >= tokenBlock {
			if err := t.Flush(); err != nil {
				return err
			}
		}
	}
	t.n += len(tokens)
	return nil
}

// Flush writes what was appended, so that it can be read.
//
// Errors: those of the file system.
func (t *TokenFile) Flush() error {
	_, err := t.f.Write(t.pending)
	t.pending = t.pending[:0]
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	return nil
}

// Len is the number of tokens.
func (t *TokenFile) Len() int { return t.n }

// ReadTokens reads tokens. If they cannot be read they are 0, and Err tells.
//
// Panics if there are not as many.
func (t *TokenFile) ReadTokens(dst []int32, at int) {
	if at < 0 || at > t.n-len(dst) {
		panic(fmt.Sprintf("token file: places [%d, %d) are not all in [0, %d)", at, at+len(dst), t.n))
	}
	raw := make([]byte, len(dst)*t.width)
	if _, err := t.f.ReadAt(raw, int64(at)*int64(t.width)); err != nil {
		t.mu.Lock()
		t.err = fmt.Errorf("tokens: %w", err)
		t.mu.Unlock()
		clear(dst)
		return
	}
	for i := range dst {
		if t.width == 2 {
			dst[i] = int32(binary.LittleEndian.Uint16(raw[2*i:]))
		} else {
			dst[i] = int32(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	}
}

// Err is the error of a token that could not be read; nil if all could.
func (t *TokenFile) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Close removes the file.
//
// Errors: those of the file system.
func (t *TokenFile) Close() error {
	err := t.f.Close()
	if t.named {
		// Once it is closed, another process may sweep it away.
		if err = os.Remove(t.f.Name()); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return err
}
