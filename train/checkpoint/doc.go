// Package checkpoint reads and writes a module as one file, and the state of a
// stopped run as one folder. It serves any [layers.Module] and any
// [update.Update]; models.Save and the trainer write with it.
//
// # The file
//
// A file is in the safetensors format. Its arrays are
//
//	NAME                     an entry of the module's state: parameter, buffer or stored weight
//	NAME.scale               the scales of the rows of an int8 weight
//	training.I.latest.NAME   the latest weight, where NAME holds an averaged one
//	training.I.MOMENT.NAME   the optimiser's moment, such as exp_avg
//	training.I.memory.NAME   what else the training carries from step to step
//
// where I counts the updates that train the module, from 0. A tensor that goes by
// two names, as a tied weight does, is stored under the first. The metadata is
//
//	format      "artnn"
//	version     "2"
//	kind        of the model, such as "MLP"; not there for a module without one
//	config      its configuration, JSON
//	tokenizer   its tokenizer, JSON, if it has one
//	buffers     the names of arrays that are not trained, a JSON list, if there are any
//	provenance  where the file comes from, with the import path of the package that registers the kind, JSON
//	training    a JSON list with the [update.State] of each update, if training is to go on from the file
//
// A file is checked against the module that it is read into before memory is
// taken for any of its arrays, and all differences are told at once.
//
// # The folder
//
//	DIR/step-000001200/NAME.safetensors   one for each module
//	                   state.json         what else the run needs, in its writer's own format
//	                   SHA256SUMS         of the files above, for sha256sum -c
//
// A folder appears whole or not at all, and is believed only if all sums agree.
package checkpoint
