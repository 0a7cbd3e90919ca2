package recipe

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/pretrained"
)

// The pictures compared are those of Generate.
func TestDrawn(t *testing.T) {
	gan, err := pretrained.Faces()
	require.NoError(t, err)
	made, err := drawn(context.Background(), gan, 130, 3)
	require.NoError(t, err)
	assert.Equal(t, rows(gan.Generate(130, 3), 3*16*16), made)
}

// A generator that has learned is near the folder in features, one that has not is
// far; the folder's own distances are the same.
func TestCompareByFeatures(t *testing.T) {
	network, err := pretrained.Features()
	require.NoError(t, err)
	folder := facesFolder(t, 120)
	good, err := pretrained.Faces()
	require.NoError(t, err)
	bad, err := models.NewGAN(models.GANConfig{Width: 16})
	require.NoError(t, err)
	o := Comparing{Pictures: 200, Seed: 1, Network: network}
	near, err := Compare(context.Background(), good, folder, o)
	require.NoError(t, err)
	far, err := Compare(context.Background(), bad, folder, o)
	require.NoError(t, err)
	assert.Equal(t, 60, near.Compared, "half of the folder, to have as many others of it")
	assert.Equal(t, near.FolderSets, far.FolderSets)
	assert.Equal(t, near.FolderDistances, far.FolderDistances)
	assert.Less(t, near.GeneratedSets.Frechet, 5*near.FolderSets.Frechet)
	assert.Greater(t, far.GeneratedSets.Frechet, 5*near.GeneratedSets.Frechet)
	assert.Greater(t, far.GeneratedSets.Kernel, 5*near.GeneratedSets.Kernel)
	assert.Greater(t, near.GeneratedSets.Precision, 0.5)
	assert.Less(t, far.GeneratedSets.Precision, 0.1)
	assert.Greater(t, far.Features.GeneratedToFolder, 1.5*near.Features.GeneratedToFolder)
	assert.Less(t, far.Features.GeneratedToGenerated, near.Features.GeneratedToGenerated, "it makes one thing")

	again, err := Compare(context.Background(), good, folder, o)
	require.NoError(t, err)
	assert.Equal(t, near, again)

	few, err := Compare(context.Background(), good, facesFolder(t, 14), o)
	require.NoError(t, err)
	assert.NotNil(t, few.Features)
	assert.Nil(t, few.GeneratedSets, "seven are too few")
	o.Place = "blocks.0"
	early, err := Compare(context.Background(), good, folder, o)
	require.NoError(t, err)
	assert.NotEqual(t, near.GeneratedSets.Frechet, early.GeneratedSets.Frechet)
	o.Place = "head"
	_, err = Compare(context.Background(), good, folder, o)
	assert.ErrorContains(t, err, `the network has no place "head"; it has stem, blocks.0, `)
}

// A discriminator whose logits are not numbers does not keep the pictures from being
// compared.
func TestCompareWithADiscriminatorThatOverflows(t *testing.T) {
	gan, err := models.NewGAN(models.GANConfig{Width: 16, Channels: 3})
	require.NoError(t, err)
	for _, p := range layers.Params(gan.Discriminator) {
		p.Fill(math.MaxFloat32)
	}
	l, err := Compare(context.Background(), gan, facesFolder(t, 14), Comparing{})
	require.NoError(t, err)
	assert.True(t, l.Judged)
	assert.True(t, math.IsNaN(l.ToldApart))
	assert.Positive(t, l.GeneratedDistances.Mean)
}

func TestCompareEnds(t *testing.T) {
	gan, err := pretrained.Faces()
	require.NoError(t, err)
	folder := facesFolder(t, 100)
	ctx, end := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer end()
	begin := time.Now()
	_, err = Compare(ctx, gan, folder, Comparing{Pictures: 4096})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(begin), 5*time.Second)
}
