package form

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRhymes(t *testing.T) {
	rhyme, err := ParseRhymes("\ufeff# level tones\r\n\r\n一東 東同中中\r\n  # and\n二冬\t冬 農　宗\n六麻 涯\n九佳 涯")
	require.NoError(t, err)
	for c, want := range map[rune][]string{
		'東': {"一東"}, '中': {"一東"}, '農': {"二冬"}, '宗': {"二冬"}, '涯': {"六麻", "九佳"},
		'一': nil, ' ': nil, '　': nil, '#': nil,
	} {
		assert.Equal(t, want, rhyme(c), "%c", c)
	}
}

func TestParseRhymesErrors(t *testing.T) {
	for table, want := range map[string]string{
		"":                       "form: rhymes: the table has no groups: a line is a name, a space, and characters that rhyme",
		"# nothing\n\n":          "the table has no groups",
		"a b\n東同中\n":             `form: rhymes: line 2 has no characters after "東同中": a line is a name`,
		"a b\n\nb c\na c":        `form: rhymes: line 4 has the name "a", as line 1 has`,
		"a b\nb \xff":            "form: rhymes: line 2 is not UTF-8",
		strings.Repeat("東", 500): `line 1 has no characters after "` + strings.Repeat("東", mostShown) + `…"`,
	} {
		_, err := ParseRhymes(table)
		assert.ErrorContains(t, err, want)
	}
}

func FuzzParseRhymes(f *testing.F) {
	f.Add("一東 東同中\n二冬 冬 農", '東')
	f.Add("# x\na\x00b cd", 'c')
	f.Fuzz(func(t *testing.T, table string, last rune) {
		rhyme, err := ParseRhymes(table)
		if err != nil {
			require.Nil(t, rhyme)
			return
		}
		for _, name := range rhyme(last) {
			require.Contains(t, table, name)
			require.NotEmpty(t, name)
		}
		if v, err := NewVerse(Verse{Pattern: "1/1", Characters: table, Rhyme: rhyme, Rhyming: []int{1, 2}}); err == nil {
			if text, ended := walk(t, v, 1, 100); ended {
				require.True(t, Matches(v, text))
			}
		}
	})
}
