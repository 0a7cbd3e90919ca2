package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate/form"
)

func groupsOf(t *testing.T) rhymes {
	rhyme, err := form.ParseRhymes(table)
	if err != nil {
		t.Fatal(err)
	}
	return rhyme
}

func TestTable(t *testing.T) {
	rhyme := groupsOf(t)
	names := map[string]bool{}
	for line := range strings.Lines(table) {
		if name, characters, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			names[name] = true
			for _, c := range characters {
				if !slices.Contains(rhyme(c), name) {
					t.Errorf("%c is not in %s", c, name)
				}
			}
		}
	}
	if len(names) != 30 {
		t.Errorf("expected the 30 groups of level tones, got %d", len(names))
	}
	for characters, want := range map[string]string{
		"東同中風空紅": "一東", "冬宗農": "二冬", "支詩時知爲": "四支", "西溪啼低": "八齊", "回迴來梅杯盃": "十灰",
		"人春塵新身": "十一真", "文羣裙雲": "十二文", "門村樽言": "十三元", "山間還關閒": "十五刪", "天年先前": "一先",
		"花家斜沙槎": "六麻", "光香牀長": "七陽", "流秋樓愁": "十一尤", "心深沉": "十二侵",
	} {
		for _, c := range characters {
			if !slices.Contains(rhyme(c), want) {
				t.Errorf("%c is in %q, expected %s", c, rhyme(c), want)
			}
		}
	}
	for c, want := range map[rune][]string{
		'涯': {"四支", "九佳", "六麻"},      // read in three ways
		'月': nil, '去': nil, '雪': nil, // oblique tones
	} {
		if got := rhyme(c); !slices.Equal(got, want) {
			t.Errorf("%c is in %q, expected %q", c, got, want)
		}
	}
}

// What the poets do is what the table says, and not what chance would have.
func TestMeasures(t *testing.T) {
	quatrain, err := form.NewVerse(form.Verse{Pattern: pattern})
	if err != nil {
		t.Fatal(err)
	}
	poets := samples.Quatrains()
	m := measures{groupsOf(t), quatrain, linesOf(poets)}
	if s := m.of(poets, true); s.form != 1 || s.two < 0.95 || s.three < 0.7 || s.three > s.two {
		t.Errorf("the poets: %+v", s)
	}
	if s := m.chance(poets, 1); s.two < 0.045 || s.two > 0.065 || s.three > 0.01 || s.three == 0 || s.copied != 1 {
		t.Errorf("chance: %+v", s)
	}

	poem := func(first, second, fourth rune) string {
		return fmt.Sprintf("春風秋月夜花%c，春風秋月夜花%c。\n春風秋月夜花月，春風秋月夜花%c。", first, second, fourth)
	}
	for _, c := range []struct {
		poem string
		want share
	}{
		{poem('東', '中', '空'), share{1, 1, 1, 0}},
		{poem('人', '中', '空'), share{1, 1, 0, 0}},
		{poem('中', '中', '空'), share{1, 1, 0, 0}},
		{poem('家', '涯', '佳'), share{1, 1, 0, 0}}, // 家 and 涯 rhyme as 六麻, 涯 and 佳 as 九佳
		{poem('東', '中', '中'), share{1, 0, 0, 0}},
		{poem('東', '中', '人'), share{1, 0, 0, 0}},
		{poem('月', '月', '雪'), share{1, 0, 0, 0}},
		{poem('東', '中', '空') + "\n", share{}},
		{"東，中。\n月，空。", share{}},
	} {
		if got := m.of([]string{c.poem}, false); got != c.want {
			t.Errorf("%s: got %+v, expected %+v", c.poem, got, c.want)
		}
	}
	if got := m.of(nil, false); got != (share{}) {
		t.Errorf("no poems: %+v", got)
	}
}

// The poems rhyme, and of those without a form, most do.
func TestRun(t *testing.T) {
	o := defaults()
	o.n, o.measure, o.prompt, o.seed = 4, 100, "春風", 5
	var out bytes.Buffer
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	poems, table, ok := strings.Cut(out.String(), "\n\npoems: 100")
	list := strings.Split(poems, "\n\n")
	if !ok || len(list) != o.n {
		t.Fatalf("expected %d poems and measures, got %s", o.n, &out)
	}
	rhyme := measures{rhyme: groupsOf(t)}
	for _, poem := range list {
		c := []rune(poem)
		if len(c) != 33 || !strings.HasPrefix(poem, "春風") || !rhyme.rhymes(c[6], c[14], c[31]) {
			t.Errorf("%s", poem)
		}
	}
	row := regexp.MustCompile(`(?m)^(.{28}) +([\d.]+) % +([\d.]+) % +([\d.]+) % +([\d.]+) %$`)
	got := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(table, -1) {
		got[strings.TrimSpace(m[1])] = m[2:]
	}
	if len(got) != 5 {
		t.Fatalf("expected five rows, got %s", table)
	}
	if g := got["within form and rhyme"]; !slices.Equal(g[:3], []string{"100.0", "100.0", "100.0"}) {
		t.Errorf("within form and rhyme: %q", g)
	}
	if g := got["within the form"]; g[0] != "100.0" || len(g[1]) != 4 || g[1] < "50.0" {
		t.Errorf("within the form: %q", g)
	}
	if g := got["the poets' poems"]; g[0] != "100.0" || !strings.HasPrefix(g[1], "95.") || g[3] != "5.13" {
		t.Errorf("the poets: %q", g)
	}
	if g := got["written freely"]; g[0] < "98.0" && g[0] != "100.0" || len(g[1]) != 4 || g[1] < "50.0" || g[3] > "2.00" || len(g[3]) != 4 {
		t.Errorf("written freely: %q", g)
	}
}

// Line 1 may be left to the model, and then often does not rhyme.
func TestFirstLineMayEndOtherwise(t *testing.T) {
	o := defaults()
	o.n, o.measure, o.first = 20, 0, false
	var out bytes.Buffer
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	m := measures{rhyme: groupsOf(t)}
	three := 0
	for poem := range strings.SplitSeq(strings.TrimSpace(out.String()), "\n\n") {
		c := []rune(poem)
		if !m.rhymes(c[14], c[31]) {
			t.Errorf("%s", poem)
		}
		if m.rhymes(c[6], c[14], c[31]) {
			three++
		}
	}
	if three > 16 {
		t.Errorf("%d of 20 rhyme in three lines", three)
	}
}

// A line is copied if the poets have it; of their own, if two of their poems do.
func TestLinesCopied(t *testing.T) {
	quatrain, err := form.NewVerse(form.Verse{Pattern: pattern})
	if err != nil {
		t.Fatal(err)
	}
	poets := []string{"春風，秋月。\n花，花。", "秋月，山。\n水，雲。", "人，心。\n天，地。"}
	m := measures{rhyme: groupsOf(t), quatrain: quatrain, poets: linesOf(poets)}
	if s := m.of(poets, true); s.copied != 2.0/12 { // 秋月, and not 花, which one poem has twice
		t.Errorf("the poets: %g of the lines", s.copied)
	}
	if s := m.of([]string{"花，月。\n秋，秋月", "風"}, false); s.copied != 2.0/5 { // in form or not
		t.Errorf("others: %g of the lines", s.copied)
	}
}
