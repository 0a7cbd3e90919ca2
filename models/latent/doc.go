// Package latent looks for what pictures are generated from: the latent of a given
// picture, and directions in which pictures change in ways that can be seen.
//
// A latent is the random numbers that a generator makes a picture from and, after
// them, the weights of the classes, if there are any: what [models.GAN.Latents]
// draws and [models.GAN.Decode] takes. A [Space] is a generator with the sizes of
// its latents; [Of] is that of a GAN, and any other layer that makes pictures of
// normal numbers, such as the decoder of a variational autoencoder, can be put in one.
//
//   - [Space.Search] finds the latent whose picture is most like a given one.
//   - [Space.Directions] finds directions without labels, by principal components.
//   - [Save] and [Load] keep latents in a file that knows its model.
//
// Equal options give equal bits, at any number of threads.
package latent
