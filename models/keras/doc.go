// Package keras runs convolutional networks that Keras or TensorFlow.js describe, with
// this module's layers: networks that make pictures larger, and classifiers such as
// MobileNet and Inception.
//
//	m, err := tfjs.Open("node_modules/@upscalerjs/default-model/models")
//	if err != nil {
//		return err
//	}
//	net, err := keras.Convert(m, keras.Options{Range: [2]float64{0, 255}})
//	if err != nil {
//		return err
//	}
//	err = models.Save("upscale.safetensors", net)
//
// Importing the package registers the kind "Keras", so that [models.Load] reads such a
// file. A [Network] has one input and one output; networks in it, as those that are
// trained in a browser have, become a part of it. The values of all its layers can be
// seen by their names, and gradients flow through it to its parameters and to the
// picture.
//
// # Layout
//
// Keras has pictures as [batch, height, width, channels], this module as [batch,
// channels, height, width]. Weights are converted once, when a network is read. Layers
// that depend on the order, such as Flatten, see it as in Keras.
//
// # Classes
//
// Layers of these classes are known:
//
//	Conv2D, Conv2DTranspose, DepthwiseConv2D, SeparableConv2D, Dense
//	BatchNormalization, Rescaling, MultiplyBeta, Dropout, SpatialDropout2D
//	Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax
//	MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D
//	ZeroPadding2D, Cropping2D, UpSampling2D, PixelShuffle2x, 3x, 4x and 8x
//	Flatten, Reshape
//	Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate
//
// [Register] adds others, as tf.serialization.registerClass does in TensorFlow.js.
package keras
